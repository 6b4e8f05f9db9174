"""Programs about ``distributions``; see programs.py."""

LINES = """
th.manual_seed(0); R = th.distributions.Normal(0.,1.)
th.manual_seed(0); R = th.distributions.Normal(th.zeros(2),th.ones(2))
th.manual_seed(0); R = th.distributions.Normal(0.,-1.)
th.manual_seed(0); R = th.distributions.Normal(th.zeros(2),th.tensor([1.,-1.]))
th.manual_seed(0); R = th.distributions.Normal(0,1)
th.manual_seed(0); R = th.distributions.Normal(0.,1.).log_prob(float('nan'))
th.manual_seed(0); R = th.distributions.Normal(0.,1.).log_prob(th.tensor(float('nan')))
th.manual_seed(0); R = th.distributions.Normal(0.,1.).log_prob(1.)
th.manual_seed(0); R = th.distributions.Normal(0.,1.).log_prob(th.tensor([1.,2.]))
th.manual_seed(0); R = th.distributions.Normal(th.zeros(2),1.).log_prob(th.ones(3))
th.manual_seed(0); R = th.distributions.Bernoulli(0.3)
th.manual_seed(0); R = th.distributions.Bernoulli(logits=th.tensor(0.3))
th.manual_seed(0); R = th.distributions.Bernoulli(0.3, 0.2)
th.manual_seed(0); R = th.distributions.Bernoulli(1.3)
th.manual_seed(0); R = th.distributions.Bernoulli(0.3).log_prob(th.tensor(0.5))
th.manual_seed(0); R = th.distributions.Categorical(th.tensor([1.,2.,1.]))
th.manual_seed(0); R = th.distributions.Categorical(th.tensor([1.,2.,1.])).probs
th.manual_seed(0); R = th.distributions.Categorical(logits=th.tensor([1.,2.,1.])).logits
th.manual_seed(0); R = th.distributions.Categorical(th.tensor([-1.,2.,1.]))
th.manual_seed(0); R = th.distributions.Categorical(th.tensor([1.,2.,1.])).log_prob(th.tensor(3))
th.manual_seed(0); R = th.distributions.Categorical(th.tensor([1.,2.,1.])).log_prob(th.tensor([0,2]))
th.manual_seed(0); R = th.distributions.Categorical(th.tensor(1.))
th.manual_seed(0); R = th.distributions.Multinomial(5, th.tensor([1.,1.]))
th.manual_seed(0); R = th.distributions.Multinomial(5, th.tensor([1.,1.])).sample((3,))
th.manual_seed(0); R = th.distributions.Binomial(10, th.tensor(0.3))
th.manual_seed(0); R = th.distributions.Binomial(10, th.tensor([0.3,0.9])).sample((4,))
th.manual_seed(0); R = th.distributions.Binomial(100, th.tensor([0.3,0.9])).sample((4,))
th.manual_seed(0); R = th.distributions.Poisson(th.tensor([1.,20.])).sample((3,))
th.manual_seed(0); R = th.distributions.Poisson(-1.)
th.manual_seed(0); R = th.distributions.Uniform(0.,1.)
th.manual_seed(0); R = th.distributions.Uniform(1.,0.)
th.manual_seed(0); R = th.distributions.Uniform(0.,1.).log_prob(th.tensor(2.))
th.manual_seed(0); R = th.distributions.Uniform(th.zeros(2),2.).sample()
th.manual_seed(0); R = th.distributions.Normal(0.,1.).rsample((2,)), th.distributions.Normal(0.,1.).sample(th.Size([2]))
th.manual_seed(0); R = th.distributions.Normal(0.,1.).mean, th.distributions.Normal(0.,1.).variance, th.distributions.Normal(0.,1.).stddev, th.distributions.Normal(0.,1.).batch_shape, th.distributions.Normal(0.,1.).event_shape, th.distributions.Normal(0.,1.).support, th.distributions.Normal(0.,2.).entropy(), th.distributions.Normal(0.,2.).cdf(th.tensor(1.)), th.distributions.Normal(0.,2.).icdf(th.tensor(.3)), th.distributions.Normal(0.,2.).mode
th.manual_seed(0); R = th.distributions.Normal(0.,1.).has_rsample, th.distributions.Bernoulli(0.3).has_rsample
th.manual_seed(0); R = th.distributions.Bernoulli(0.3).rsample()
th.manual_seed(0); R = th.distributions.kl_divergence(th.distributions.Normal(0.,1.), th.distributions.Normal(1.,2.))
th.manual_seed(0); R = th.distributions.kl.kl_divergence(th.distributions.Categorical(th.tensor([1.,2.])), th.distributions.Categorical(th.tensor([2.,2.])))
th.manual_seed(0); R = th.distributions.MultivariateNormal(th.zeros(2), th.eye(2))
th.manual_seed(0); R = th.distributions.MultivariateNormal(th.zeros(2), th.eye(2)).sample()
th.manual_seed(0); R = th.distributions.MultivariateNormal(th.zeros(2), th.tensor([[2.,.5],[.5,1.]])).log_prob(th.ones(2))
th.manual_seed(0); R = th.distributions.Exponential(2.).sample((3,))
th.manual_seed(0); R = th.distributions.Laplace(0.,1.).sample((3,))
th.manual_seed(0); R = th.distributions.LogNormal(0.,1.).sample((3,))
th.manual_seed(0); R = th.distributions.Independent(th.distributions.Normal(th.zeros(2),th.ones(2)),1)
th.manual_seed(0); R = th.distributions.Independent(th.distributions.Normal(th.zeros(2),th.ones(2)),1).log_prob(th.ones(2))
th.manual_seed(0); R = th.distributions.Normal(th.zeros(2),th.ones(2)).expand((3,2))
th.manual_seed(0); R = th.distributions.Geometric(.3).sample((3,))
th.manual_seed(0); R = th.distributions.Bernoulli(.3).enumerate_support(), th.distributions.Categorical(th.ones(3)).enumerate_support()
th.manual_seed(0); R = th.distributions.Categorical(th.ones(3)).entropy(), th.distributions.Bernoulli(.3).entropy(), th.distributions.Bernoulli(th.tensor([.3,.6])).mean, th.distributions.Poisson(2.).mean, th.distributions.Binomial(3,.5).variance, th.distributions.Multinomial(3,th.ones(2)).mean, th.distributions.Uniform(0.,3.).variance, th.distributions.Categorical(th.ones(3)).mean
th.manual_seed(0); R = th.distributions.Normal.arg_constraints, th.distributions.Normal.support
th.manual_seed(0); R = th.distributions.Normal(0.,1.,validate_args=False).log_prob(th.tensor(float('nan')))
m, s = th.tensor([0., 1.], requires_grad=True), th.tensor([1., 2.], requires_grad=True); d = th.distributions.Normal(m, s); th.manual_seed(0); (d.rsample((3,)) ** 2).sum().backward(); R = m.grad, s.grad, d.sample().requires_grad
m, s = th.tensor([0., 1.], requires_grad=True), th.tensor([1., 2.], requires_grad=True); d = th.distributions.Normal(m, s); d.log_prob(th.tensor([0.5, -1.])).sum().backward(); R = m.grad, s.grad, d.log_prob(th.zeros(2))
l = th.tensor([0.1, 0.2, 0.7], requires_grad=True); d = th.distributions.Categorical(logits=l); (d.log_prob(th.tensor(2)) + d.entropy()).backward(); R = l.grad, d.probs, d.mode
l = th.tensor([0.1, 0.2], requires_grad=True); d = th.distributions.Bernoulli(logits=l); d.log_prob(th.ones(2)).sum().backward(); R = l.grad, d.entropy(), d.mode
th.manual_seed(1); d = th.distributions.Categorical(th.tensor([[0.2, 0.8], [0.5, 0.5]])); a = d.sample(); R = a, d.log_prob(a), d.sample((3,)), d.batch_shape, d.param_shape
th.manual_seed(1); d = th.distributions.Uniform(th.tensor([0., 5.]), th.tensor([1., 9.])); R = d.sample((2,)), d.log_prob(th.tensor([0.5, 6.])), d.mean, d.cdf(th.tensor([0.25, 6.])), d.icdf(th.tensor([0.25, 0.5])), d.entropy()
d = th.distributions; R = [d.kl_divergence(d.Bernoulli(0.2), d.Bernoulli(0.6)), d.kl_divergence(d.Poisson(2.), d.Poisson(3.)), d.kl_divergence(d.Uniform(0., 1.), d.Uniform(-1., 2.)), d.kl_divergence(d.Exponential(2.), d.Exponential(3.)), d.kl_divergence(d.Laplace(0., 1.), d.Laplace(1., 2.)), d.kl_divergence(d.Geometric(0.3), d.Geometric(0.5)), d.kl_divergence(d.Binomial(5, 0.3), d.Binomial(5, 0.4))]
d = th.distributions; a, b = th.tensor([[2., 0.5], [0.5, 1.]]), th.eye(2); R = d.kl_divergence(d.MultivariateNormal(th.zeros(2), a), d.MultivariateNormal(th.ones(2), b)), d.MultivariateNormal(th.zeros(2), a).entropy(), d.MultivariateNormal(th.zeros(2), a).variance
d = th.distributions.Poisson(th.tensor([2., 3.])); R = d.log_prob(th.tensor([1., 4.])), d.mean, d.variance, d.stddev; d.log_prob(th.tensor([0.5, -1.]))
d = th.distributions.Binomial(10, th.tensor([0.3, 0.5])); R = d.log_prob(th.tensor([3., 5.])), d.mean, d.variance, d.entropy(), d.mode; d.log_prob(th.tensor([11., 2.]))
d = th.distributions.Multinomial(4, th.tensor([0.2, 0.3, 0.5])); R = d.log_prob(th.tensor([1., 1., 2.])), d.mean, d.variance, d.support.check(th.tensor([1., 1., 2.]))
th.manual_seed(0); d = th.distributions.LogNormal(0., 1.); R = d.sample((2,)), d.log_prob(th.tensor(1.5)), d.mean, d.variance, d.mode, d.entropy()
th.manual_seed(0); d = th.distributions.Normal(th.zeros(2, dtype=th.float64), 1.); R = d.sample(), d.rsample().dtype
th.distributions.Normal('a', 1.)
th.distributions.Distribution().sample()
th.distributions.Categorical()
th.distributions.Multinomial(2.5, th.ones(2))
th.distributions.Independent(th.distributions.Normal(0., 1.), 1)
"""

PROGRAMS = [
    *LINES.strip().splitlines(),
    """
class Centred(th.distributions.Normal):
    def __init__(self, width):
        super().__init__(0., width)
R = Centred(2.), Centred(2.).log_prob(th.tensor(1.)), Centred(2.).variance
""",
    """
class Biased(th.nn.Linear):
    def __init__(self, n):
        super().__init__(n, out_features=1)
        self.bias.data.fill_(1.)
class Fast(th.optim.SGD):
    def __init__(self, params):
        super().__init__(params, lr=1.)
R = Biased(3), Biased(3).bias, Fast(Biased(3).parameters()).defaults["lr"]
""",
]
