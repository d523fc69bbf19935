"""Events posted to where an organisation wants them, signed, by the Standard Webhooks specification."""
