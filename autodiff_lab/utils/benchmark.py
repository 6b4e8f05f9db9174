"""torch.utils.benchmark: how long a statement takes. Leans on the standard library only."""

import math
import statistics
import timeit


class Measurement:
    """Times of one statement, each for ``number_per_run`` runs."""

    def __init__(self, number_per_run, raw_times, task_spec):
        if not number_per_run > 0:
            raise ValueError(f"number_per_run must be above 0, but is {number_per_run}")
        self.number_per_run, self.raw_times, self.task_spec = number_per_run, list(raw_times), task_spec
        self.times = [t / number_per_run for t in self.raw_times]

    @property
    def median(self):
        """The median time of a run, in seconds."""
        return statistics.median(self.times)

    @property
    def mean(self):
        """The mean time of a run, in seconds."""
        return statistics.fmean(self.times)

    @property
    def iqr(self):
        """Between which quarters the times lie apart, in seconds."""
        if len(self.times) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.times, n=4, method="inclusive")
        return high - low

    def __repr__(self):
        units = ((1, "s"), (1e-3, "ms"), (1e-6, "us"))
        scale, unit = next(((s, u) for s, u in units if self.median >= s), (1e-9, "ns"))
        stmt, setup, label = self.task_spec["stmt"], self.task_spec["setup"], self.task_spec["label"]
        lines = [f"<{type(self).__module__}.{type(self).__name__} object at {id(self):#x}>", label or stmt]
        if setup != "pass":
            lines.append(f"setup: {setup}")
        count, runs = len(self.times), self.number_per_run
        told = (("Median: ", self.median), ("IQR:    ", self.iqr)) if count > 1 else (("", self.median),)
        lines += [f"  {name}{time / scale:.2f} {unit}" for name, time in told]
        counts = f"{count} measurement{'s' * (count > 1)}, {runs} run{'s' * (runs > 1)} per measurement"
        return "\n".join([*lines, f"  {counts}, 1 thread"])


class Timer:
    """How long a statement takes.

    Args:
        stmt (str): what is timed.
        setup (str): what runs once before.
        globals (dict): the names that both know.
        label, sub_label, description (str): how it is called where it is shown.
        num_threads (int): accepted; it changes nothing here.

    >>> timer = Timer("x + 1", globals={"x": 1})
    >>> timer.timeit(100).number_per_run
    100
    """

    def __init__(self, stmt="pass", setup="pass", global_setup="", timer=timeit.default_timer, globals=None, label=None,
                 sub_label=None, description=None, env=None, num_threads=1, language="python"):  # fmt: skip
        names = ("stmt", "setup", "label", "sub_label", "description")
        self._spec = dict(zip(names, (stmt, setup, label, sub_label, description)))
        self._timer = timeit.Timer(stmt, setup, timer, globals={} if globals is None else dict(globals))

    def timeit(self, number=1000000):
        """The time of ``number`` runs at once, after a few to warm up."""
        self._timer.timeit(max(number // 100, 2))
        return Measurement(number, [self._timer.timeit(number)], self._spec)

    def repeat(self, repeat=-1, number=-1):
        """Raises NotImplementedError, as torch's does: use ``blocked_autorange``."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def blocked_autorange(self, callback=None, min_run_time=0.2):
        """As many blocks of runs as fill ``min_run_time`` seconds."""
        number = 1
        while (taken := self._timer.timeit(number)) < min_run_time / 1000 and number < 10**9:
            number = max(number * 10, math.ceil(number * min_run_time / 1000 / max(taken, 1e-9)))
        times = []
        while sum(times) < min_run_time:
            times.append(self._timer.timeit(number))
        return Measurement(number, times, self._spec)

    adaptive_autorange = blocked_autorange


__all__ = ["Measurement", "Timer"]
