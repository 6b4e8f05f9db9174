"""torch.backends: switches and questions of course code; nothing here obeys them. Leans on nothing."""

import sys


class Backend:
    """One library beneath torch; here none is used, so it is not available, and its switches change nothing."""

    def __init__(self, available=False, **switches):
        self._available = available
        self.__dict__.update(switches)

    def is_available(self):
        """Whether torch could use it on a machine like this one."""
        return self._available

    is_built = is_available

    def version(self):
        """None: there is none."""


mps, mkl, mkldnn, openmp = Backend(), Backend(), Backend(enabled=True), Backend()
cudnn = Backend(enabled=True, benchmark=False, deterministic=False, allow_tf32=True)
cuda = Backend(matmul=Backend(allow_tf32=False))

for _name in ("cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"):
    sys.modules[f"{__name__}.{_name}"] = globals()[_name]  # `import autodiff_lab.backends.cudnn as cudnn`
