from tinyhire_fake import TinyhireFake

from syncd.testing import Conformance


class TestTinyhire(Conformance):
    fake = TinyhireFake
