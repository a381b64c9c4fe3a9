"""What planning knows of a staff member and of a patient, edited by who plans everybody's work."""
