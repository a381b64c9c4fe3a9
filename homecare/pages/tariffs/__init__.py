"""What a visit costs, by the carer's role and the purpose."""
