"""torch.distributions.constraints: which numbers a parameter or a value may be. Leans on ops, linalg."""

from ..linalg import eigvalsh
from ..ops.row import FUNCTIONS
from ..signature import Declared


class Constraint(Declared):
    """A set of numbers, or of tensors in their last ``event_dim`` dimensions; ``check`` says where a value is inside."""

    is_discrete, event_dim = False, 0

    def check(self, value):
        """Where ``value`` is inside, as a bool tensor."""
        raise NotImplementedError

    def __repr__(self):
        bounds = [] if self.event_dim else [f"{name}={bound}" for name, bound in vars(self).items()]
        return f"{type(self).__name__}({', '.join(bounds)})"


def kind(name, doc, takes, check, event_dim=0, discrete=False):
    """A class of sets that differ in their bounds."""
    space = {
        "check": check,
        "event_dim": event_dim,
        "is_discrete": discrete,
        "__doc__": doc,
        "__module__": __name__,
    }
    return type(name, (Constraint,), space, takes=takes)


# fmt: off
LOW, BOTH = "lower_bound", "lower_bound, upper_bound"
Dependent   = kind("Dependent", "A set that depends on the distribution's own parameters.", "", Constraint.check)
Boolean     = kind("Boolean", "0 or 1.", "", lambda self, x: (x == 0) | (x == 1), discrete=True)
Real        = kind("Real", "Every number but nan.", "", lambda self, x: x == x)
GreaterThan = kind("GreaterThan", "Numbers above a bound.", LOW, lambda self, x: x > self.lower_bound)
GreaterThanEq = kind("GreaterThanEq", "Numbers from a bound on.", LOW, lambda self, x: x >= self.lower_bound)
LessThan    = kind("LessThan", "Numbers below a bound.", "upper_bound", lambda self, x: x < self.upper_bound)
Interval    = kind("Interval", "Numbers from ``lower_bound`` to ``upper_bound``.", BOTH,
                   lambda self, x: (self.lower_bound <= x) & (x <= self.upper_bound))
HalfOpenInterval = kind("HalfOpenInterval", "Numbers from ``lower_bound`` to below ``upper_bound``.", BOTH,
                   lambda self, x: (self.lower_bound <= x) & (x < self.upper_bound))
IntegerInterval = kind("IntegerInterval", "The integers from ``lower_bound`` to ``upper_bound``.", BOTH,
                   lambda self, x: (x % 1 == 0) & (self.lower_bound <= x) & (x <= self.upper_bound), discrete=True)
IntegerGreaterThan = kind("IntegerGreaterThan", "The integers from ``lower_bound`` on.", LOW,
                   lambda self, x: (x % 1 == 0) & (x >= self.lower_bound), discrete=True)
Simplex     = kind("Simplex", "Vectors of numbers that are not negative and add up to 1.", "",
                   lambda self, x: (x >= 0).all(-1) & ((x.sum(-1) - 1).abs() < 1e-6), 1)
Multinomial = kind("Multinomial", "Vectors of counts that add up to ``upper_bound``.", "upper_bound",
                   lambda self, x: (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound), 1, discrete=True)
PositiveDefinite = kind("PositiveDefinite", "Symmetric matrices with positive eigenvalues.", "",
                   lambda self, x: FUNCTIONS["isclose"](x, x.mT, atol=1e-6).all(-2).all(-1) & (eigvalsh(x.detach()) > 0).all(-1), 2)
LowerCholesky = kind("LowerCholesky", "Lower triangular matrices with a positive diagonal.", "",
                   lambda self, x: (x.tril() == x).all(-1).all(-1) & (x.diagonal(dim1=-2, dim2=-1) > 0).all(-1), 2)
# fmt: on


class Independent(Constraint, takes="base_constraint, reinterpreted_batch_ndims"):
    """Tensors whose numbers, over the last dimensions, are all in another set."""

    @property
    def event_dim(self):
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value):
        inside = self.base_constraint.check(value)
        return inside.reshape(*inside.shape[: inside.ndim - self.reinterpreted_batch_ndims], -1).all(-1)

    def __repr__(self):
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


dependent, boolean, real = Dependent(), Boolean(), Real()
nonnegative_integer, positive_integer = IntegerGreaterThan(0), IntegerGreaterThan(1)
positive, nonnegative = GreaterThan(0.0), GreaterThanEq(0.0)
unit_interval, simplex = Interval(0.0, 1.0), Simplex()
real_vector = Independent(real, 1)
positive_definite, lower_cholesky = PositiveDefinite(), LowerCholesky()
greater_than, greater_than_eq, less_than = GreaterThan, GreaterThanEq, LessThan
interval, integer_interval, multinomial = Interval, IntegerInterval, Multinomial


def is_dependent(constraint):
    """Whether a set depends on the distribution's own parameters."""
    return isinstance(constraint, Dependent)


__all__ = ["Constraint", "boolean", "dependent", "positive", "real", "simplex", "unit_interval"]
