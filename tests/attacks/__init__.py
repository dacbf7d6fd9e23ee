"""What students' code may try, and how each attempt must end at each level of isolation.

One file a class of attacks, each with a table ``ATTACKS``; :mod:`tests.attacks.run` grades them all beside honest
controls, and ``test_attacks.py`` looks at what came of it. An attack that gets where nobody may get raises ``Breach``.
At ``limited``, which is no security boundary, most of them do: that shows that they bite.

* At ``limited`` an attacker has what the grader's user has: it reads the reference, other submissions and the grader's
  environment, writes beside them, speaks to the network, starts processes (which are swept) and could end the zygote.
  What holds all the same: it gets no verdict but its own, the controls keep their marks, no process, folder or object
  of System V is left, and neither the seed nor the environment is in its own memory or among its descriptors.
* At ``confined`` none of it: no other process, no socket, no file but what is installed and its own folder. What is
  open there is how much that folder holds in all: a file has its limit, their number has none.
* At ``isolated`` that folder is in memory and bounded, and no other process can be seen.
* At ``strict`` memory and threads are counted by the kernel as well, and the user is another.

Each layer of the wall is left out once (:mod:`tests.attacks.missing`), to see that an attack gets through then.

No attack can harm the machine it runs on, even through a hole: forks, memory and files have counters of their own,
signals are number 0, calls that change the machine have arguments that the kernel refuses, and addresses are the
loopback's and TEST-NET's.
"""
