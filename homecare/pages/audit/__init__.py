"""What was changed, read and refused, and who saw a patient: for those who answer for it."""
