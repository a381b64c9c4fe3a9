"""Who may do what: the policy (pure), the grants (stored), the row scopes and the field states."""
