"""Who may do what: the policy, its stored grants, the row scopes and the field states."""
