"""The campaign funnel: what each birr became, from lead to paid invoice (domain.md, "The funnel's numbers")."""
