"""Who may come in: organisations, their members, and the API tokens that members make for themselves."""
