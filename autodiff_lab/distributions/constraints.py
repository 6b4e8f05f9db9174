"""torch.distributions.constraints: which numbers a parameter or a value may be. Leans on ops."""

from ..ops.row import FUNCTIONS


class Constraint:
    """A set of numbers, or of tensors in their last ``event_dim`` dimensions; ``check`` says where a value is inside."""

    is_discrete = False
    event_dim = 0

    def check(self, value):
        """Where ``value`` is inside, as a bool tensor."""
        raise NotImplementedError

    def __repr__(self):
        return type(self).__name__.removeprefix("_") + "()"


class Dependent(Constraint):
    """A set that depends on the distribution's own parameters."""


class Boolean(Constraint):
    """0 or 1."""

    is_discrete = True

    def check(self, value):
        return (value == 0) | (value == 1)


class IntegerInterval(Constraint):
    """The integers from ``lower_bound`` to ``upper_bound``."""

    is_discrete = True

    def __init__(self, lower_bound, upper_bound):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value):
        return (value % 1 == 0) & (self.lower_bound <= value) & (value <= self.upper_bound)

    def __repr__(self):
        return f"IntegerInterval(lower_bound={self.lower_bound}, upper_bound={self.upper_bound})"


class IntegerGreaterThan(Constraint):
    """The integers from ``lower_bound`` on."""

    is_discrete = True

    def __init__(self, lower_bound):
        self.lower_bound = lower_bound

    def check(self, value):
        return (value % 1 == 0) & (value >= self.lower_bound)

    def __repr__(self):
        return f"IntegerGreaterThan(lower_bound={self.lower_bound})"


class Real(Constraint):
    """Every number but nan."""

    def check(self, value):
        return value == value


class Bound(Constraint):
    """Numbers on one side of a bound."""

    compare, word = "gt", "lower_bound"

    def __init__(self, bound):
        self.bound = bound

    def check(self, value):
        return FUNCTIONS[self.compare](value, self.bound)

    def __repr__(self):
        return f"{type(self).__name__}({self.word}={self.bound})"


class GreaterThan(Bound):
    """Numbers above a bound."""


class GreaterThanEq(Bound):
    """Numbers from a bound on."""

    compare = "ge"


class LessThan(Bound):
    """Numbers below a bound."""

    compare, word = "lt", "upper_bound"


class Interval(Constraint):
    """Numbers from ``lower_bound`` to ``upper_bound``."""

    def __init__(self, lower_bound, upper_bound):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value):
        return (self.lower_bound <= value) & (value <= self.upper_bound)

    def __repr__(self):
        return f"{type(self).__name__}(lower_bound={self.lower_bound}, upper_bound={self.upper_bound})"


class HalfOpenInterval(Interval):
    """Numbers from ``lower_bound`` to below ``upper_bound``."""

    def check(self, value):
        return (self.lower_bound <= value) & (value < self.upper_bound)


class Simplex(Constraint):
    """Vectors of numbers that are not negative and add up to 1."""

    event_dim = 1

    def check(self, value):
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class Multinomial(Constraint):
    """Vectors of counts that add up to ``upper_bound``."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class Independent(Constraint):
    """Tensors whose numbers, over the last dimensions, are all in another set."""

    def __init__(self, base_constraint, reinterpreted_batch_ndims):
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value):
        inside = self.base_constraint.check(value)
        n = self.reinterpreted_batch_ndims
        return inside.reshape(*inside.shape[: inside.ndim - n], -1).all(-1)

    def __repr__(self):
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class PositiveDefinite(Constraint):
    """Symmetric matrices with positive eigenvalues."""

    event_dim = 2

    def check(self, value):
        symmetric = FUNCTIONS["isclose"](value, value.mT, atol=1e-6).all(-2).all(-1)
        from ..linalg import eigvalsh

        return symmetric & (eigvalsh(value.detach()) > 0).all(-1)


class LowerCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal."""

    event_dim = 2

    def check(self, value):
        return (value.tril() == value).all(-1).all(-1) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


dependent, boolean, real = Dependent(), Boolean(), Real()
nonnegative_integer, positive_integer = IntegerGreaterThan(0), IntegerGreaterThan(1)
positive, nonnegative = GreaterThan(0.0), GreaterThanEq(0.0)
unit_interval, simplex = Interval(0.0, 1.0), Simplex()
real_vector = Independent(real, 1)
positive_definite, lower_cholesky = PositiveDefinite(), LowerCholesky()
greater_than, greater_than_eq, less_than, interval, integer_interval, multinomial = (
    GreaterThan, GreaterThanEq, LessThan, Interval, IntegerInterval, Multinomial
)  # fmt: skip


def is_dependent(constraint):
    """Whether a set depends on the distribution's own parameters."""
    return isinstance(constraint, Dependent)


__all__ = ["Constraint", "boolean", "dependent", "positive", "real", "simplex", "unit_interval"]
