"""What others see of the daemon: probes, metrics, a status page; and what they may tell it.

``exposure`` who may reach it; ``door`` what every request has to pass; ``limits`` how much of
it; ``glance`` what is shown, read from the state; ``probes``, ``metrics`` and ``status`` show it;
``webhooks`` and ``mailbox`` take hints in; ``server`` binds it to an address.
"""

from syncd.daemon.listener.server import Listener, serve

__all__ = ["Listener", "serve"]
