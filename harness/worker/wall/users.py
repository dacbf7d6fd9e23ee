"""Whom a worker can become: the user numbers that systemd gives to services for a while, so that nobody has them."""

ANOTHER = 61184
USERS = 4336
