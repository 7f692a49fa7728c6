"""A mail server in a temporary directory: Postfix, Dovecot and the milter, each with a configuration of its own."""
