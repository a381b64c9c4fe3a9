"""The campaign funnel: what each birr became, from lead to paid invoice."""
