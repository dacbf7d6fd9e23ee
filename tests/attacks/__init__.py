"""What students' code may try, and how each attempt must end at each level of isolation.

One file a class of attacks, each with a table ``ATTACKS``; :mod:`tests.attacks.run` grades them all beside honest
controls, and ``test_attacks.py`` looks at what came of it. An attack that gets where nobody may get raises ``Breach``.
At ``limited``, which is no security boundary, most of them do: that shows that they bite.

No attack can harm the machine it runs on, even through a hole: forks, memory and files have counters of their own,
signals are number 0, calls that change the machine have arguments that the kernel refuses, and addresses are the
loopback's and TEST-NET's.
"""
