"""Signing in: who somebody is, by password, passkey, second factor or a link that works once."""
