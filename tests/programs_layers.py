"""Programs about the layers of ``nn`` that first courses use less: recurrent, lazy, normalising, padding; see programs.py."""

RUN = """
th.manual_seed(0)
m = {0}
th.manual_seed(1)
x = {1}
x.requires_grad_(x.is_floating_point())
y = m(x)
y = y if isinstance(y, tuple) else (y,)
y = [t for part in y for t in (part if isinstance(part, tuple) else (part,))]
total = sum((t ** 2).sum() for t in y)
grads = th.autograd.grad(total, [x, *m.parameters()], allow_unused=True)
R = m, [t.detach().flatten()[:6] for t in y], [t.shape for t in y], [None if g is None else round(g.abs().sum().item(), 3) for g in grads]
"""
MODULES = """
th.nn.RNN(3, 4) ; th.randn(5, 2, 3)
th.nn.RNN(3, 4, 2, nonlinearity='relu', bias=False) ; th.randn(5, 2, 3)
th.nn.RNN(3, 4, batch_first=True, bidirectional=True) ; th.randn(2, 5, 3)
th.nn.RNN(3, 4) ; th.randn(5, 3)
th.nn.LSTM(3, 4) ; th.randn(5, 2, 3)
th.nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True) ; th.randn(2, 5, 3)
th.nn.LSTM(3, 4, num_layers=2, dropout=0.5) ; th.randn(5, 2, 3)
th.nn.LSTM(3, 4, num_layers=2, dropout=0.5).eval() ; th.randn(5, 2, 3)
th.nn.LSTM(3, 4, proj_size=2) ; th.randn(5, 2, 3)
th.nn.GRU(3, 4, 2) ; th.randn(5, 2, 3)
th.nn.GRU(3, 4, bias=False, bidirectional=True) ; th.randn(5, 2, 3)
th.nn.RNNCell(3, 4) ; th.randn(2, 3)
th.nn.RNNCell(3, 4, nonlinearity='relu') ; th.randn(2, 3)
th.nn.LSTMCell(3, 4) ; th.randn(2, 3)
th.nn.LSTMCell(3, 4) ; th.randn(3)
th.nn.GRUCell(3, 4, bias=False) ; th.randn(2, 3)
th.nn.LazyLinear(3) ; th.randn(2, 5)
th.nn.LazyConv1d(2, 3) ; th.randn(2, 5, 7)
th.nn.LazyConv2d(2, 3, padding=1) ; th.randn(2, 4, 6, 6)
th.nn.LazyConvTranspose2d(2, 3) ; th.randn(2, 5, 4, 4)
th.nn.LazyBatchNorm1d() ; th.randn(4, 5)
th.nn.LazyBatchNorm2d() ; th.randn(4, 2, 3, 3)
th.nn.Sequential(th.nn.LazyConv2d(2, 3), th.nn.ReLU(), th.nn.Flatten(), th.nn.LazyLinear(3)) ; th.randn(2, 1, 5, 5)
th.nn.InstanceNorm1d(3) ; th.randn(2, 3, 5)
th.nn.InstanceNorm2d(3, affine=True) ; th.randn(2, 3, 4, 4)
th.nn.InstanceNorm2d(3, track_running_stats=True).eval() ; th.randn(2, 3, 4, 4)
th.nn.InstanceNorm2d(3) ; th.randn(3, 4, 4)
th.nn.RMSNorm(5) ; th.randn(2, 5)
th.nn.LocalResponseNorm(2) ; th.randn(2, 5, 3, 3)
th.nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.) ; th.randn(2, 5, 3)
th.nn.AlphaDropout(0.3) ; th.randn(3, 5)
th.nn.Dropout1d(0.5) ; th.randn(3, 5, 2)
th.nn.Dropout3d(0.5) ; th.randn(3, 5, 2, 2, 2)
th.nn.Softmax2d() ; th.randn(2, 3, 2, 2)
th.nn.RReLU() ; th.randn(3, 5)
th.nn.RReLU().eval() ; th.randn(3, 5)
th.nn.ZeroPad1d((1, 2)) ; th.randn(2, 3, 4)
th.nn.ZeroPad2d(1) ; th.randn(2, 3, 4, 4)
th.nn.ConstantPad1d((1, 2), 3.5) ; th.randn(2, 3, 4)
th.nn.ConstantPad2d((1, 2, 0, 1), 3.5) ; th.randn(2, 3, 4, 4)
th.nn.ReflectionPad1d(2) ; th.randn(2, 3, 4)
th.nn.ReflectionPad2d((1, 1, 2, 0)) ; th.randn(2, 3, 4, 4)
th.nn.ReplicationPad1d(2) ; th.randn(2, 3, 4)
th.nn.ReplicationPad2d(2) ; th.randn(2, 3, 4, 4)
th.nn.CircularPad1d((1, 2)) ; th.randn(2, 3, 4)
th.nn.CircularPad2d(1) ; th.randn(2, 3, 4, 4)
th.nn.PixelShuffle(2) ; th.randn(2, 8, 3, 3)
th.nn.PixelUnshuffle(2) ; th.randn(2, 2, 4, 6)
th.nn.ChannelShuffle(2) ; th.randn(2, 4, 3, 3)
th.nn.Unfold(2, padding=1, stride=2) ; th.randn(2, 3, 5, 4)
th.nn.AdaptiveMaxPool1d(3) ; th.randn(2, 3, 7)
th.nn.AdaptiveMaxPool2d((2, 3)) ; th.randn(2, 3, 7, 5)
th.nn.AdaptiveMaxPool2d((None, 2)) ; th.randn(2, 3, 4, 5)
th.nn.LPPool1d(2, 3) ; th.rand(2, 3, 7)
th.nn.LPPool2d(2, 3, stride=2) ; th.rand(2, 3, 7, 7)
th.nn.UpsamplingNearest2d(scale_factor=2.) ; th.randn(1, 2, 3, 3)
th.nn.UpsamplingBilinear2d(scale_factor=2.) ; th.randn(1, 2, 3, 3)
"""
# The first gradient does not follow the numbers; it has a history all the same.
FLAT = """
shape = th.Size([{0}])
x = th.linspace(-1., 2., shape.numel()).reshape(shape).requires_grad_()
y = th.nn.functional.{1}
g, = th.autograd.grad((y * th.arange(1., y.numel() + 1).reshape(y.shape)).sum(), x, create_graph=True)
h, = th.autograd.grad((g * g).sum(), x)
y = x * 1
z = th.nn.functional.{2}
y.mul_(2)
try: z.sum().backward()
except RuntimeError as error: R = g.detach(), h, str(error)[:96]
"""
POOLS = """
1, 1, 6 ; max_pool1d({x}, 2)
1, 1, 6 ; max_pool1d({x}, 3, 1, 1)
1, 1, 4, 4 ; max_pool2d({x}, 2)
1, 1, 4, 4 ; max_pool2d({x}, 3, 2, 1)
1, 1, 6 ; avg_pool1d({x}, 2)
1, 1, 4, 4 ; avg_pool2d({x}, 2)
1, 1, 6 ; adaptive_max_pool1d({x}, 2)
1, 1, 4, 4 ; adaptive_max_pool2d({x}, 3)
1, 1, 6 ; adaptive_avg_pool1d({x}, 4)
1, 1, 4, 4 ; adaptive_avg_pool2d({x}, (1, 2))
1, 1, 4 ; pad({x}, (1, 2), mode='reflect')
1, 1, 4 ; pad({x}, (1, 2), mode='replicate')
1, 1, 4 ; interpolate({x}, 2, mode='area')
2, 3 ; nll_loss({x}, th.tensor([0, 2]), reduction='none')
2, 3 ; nll_loss({x}, th.tensor([0, 2]), weight=th.tensor([1., 2., 3.]))
4 ; rrelu({x}, training=True)
"""
LINES = """
l = th.nn.LazyLinear(3); R = l, l.weight, l.bias, list(l.parameters()), l.has_uninitialized_params(), dict(l.state_dict())
l = th.nn.LazyLinear(3); l.weight.shape
l = th.nn.LazyLinear(3); l(th.ones(2, 5)); R = l, type(l).__name__, l.weight.shape
a, b = th.nn.LazyLinear(3), th.nn.Linear(5, 3); a.load_state_dict(b.state_dict()); R = th.equal(a.weight, b.weight), a.weight.shape
l = th.nn.LazyBatchNorm1d(); l(th.ones(4, 5)); R = l, l.running_mean, l.num_batches_tracked
l = th.nn.LSTM(3, 4, 2, bidirectional=True); R = [(n, p.shape) for n, p in l.named_parameters()], len(l.all_weights)
th.nn.LSTM(3, 4)(th.ones(5, 7, 4))
th.nn.LSTM(3, 4)(th.ones(5, 7, 3), (th.ones(1), th.ones(1)))
th.nn.RNN(3, 4)(th.ones(5, 2, 3), th.ones(2, 2, 4))
th.nn.RNN(3, 4, nonlinearity='x')
th.nn.RNN(3, 0)
th.nn.LSTM(0, 0)
th.nn.functional.conv1d(th.ones(1, 1, 3), th.ones(1, 1, 1), stride=0)
th.nn.functional.conv1d(th.ones(1, 1, 3), th.ones(1, 1, 1), stride=-1)
th.nn.functional.conv1d(th.ones(1, 1, 3), th.ones(1, 1, 1), padding=-1)
th.nn.functional.conv1d(th.ones(1, 1, 3), th.ones(1, 1, 1), groups=0)
th.nn.functional.conv_transpose1d(th.ones(1, 1, 3), th.ones(1, 1, 1), stride=0)
th.nn.LazyConv2d(1, 1, 0)(th.ones(1, 1, 3, 3))
th.nn.Conv2d(1, 1, 1, padding=-1)(th.ones(1, 1, 3, 3))
R = th.nn.LSTMCell(0, 0), th.nn.GRUCell(2, 0).weight_ih.shape, th.nn.init.kaiming_normal_(th.empty(2, 0))
th.nn.RNN(3, 4, dropout=2.)
th.nn.GRUCell(3, 4)(th.ones(2, 5))
th.nn.RNN(3, 4)(th.ones(3))
th.manual_seed(0); l = th.nn.LSTM(2, 3); x = th.ones(4, 1, 2); h, c = th.zeros(1, 1, 3), th.ones(1, 1, 3); y, (h, c) = l(x, (h, c)); R = [t.detach() for t in (y, h, c)]
th.manual_seed(0); g = th.nn.GRU(2, 3); y, h = g(th.ones(4, 1, 2), th.ones(1, 1, 3)); R = y.detach(), h.detach()
th.manual_seed(0); R = th.nn.functional.gumbel_softmax(th.tensor([[1., 2., 3.]]), tau=0.5), th.nn.functional.gumbel_softmax(th.tensor([[1., 2., 3.]]), hard=True)
R = th.nn.functional.multi_margin_loss(th.tensor([[0.1, 0.2, 0.4, 0.8]]), th.tensor([3])), th.nn.MultiMarginLoss(p=2, margin=0.5, reduction='sum')(th.tensor([[0.1, 0.2, 0.4, 0.8], [1., 2., 3., 4.]]), th.tensor([3, 0]))
R = th.nn.MultiLabelMarginLoss()(th.tensor([[0.1, 0.2, 0.4, 0.8]]), th.tensor([[3, 0, -1, 1]]))
R = th.nn.MultiLabelSoftMarginLoss()(th.tensor([[0.1, -0.2, 0.4]]), th.tensor([[1., 0., 1.]]))
R = th.nn.TripletMarginWithDistanceLoss(), th.nn.TripletMarginWithDistanceLoss(margin=0.5)(th.tensor([[1., 2.]]), th.tensor([[2., 2.]]), th.tensor([[1., 1.]]))
R = th.nn.functional.pdist(th.tensor([[0., 0.], [3., 4.], [6., 8.]])), th.nn.functional.channel_shuffle(th.arange(8.).view(1, 4, 2), 2)
x = th.tensor([-1., 2.]); th.nn.functional.relu_(x); R = x, th.nn.functional.elu_(th.tensor([-1., 2.])), th.relu_(th.tensor([-1., 2.]))
R = th.nn.functional.unfold(th.arange(9.).view(1, 1, 3, 3), 2), th.nn.functional.adaptive_max_pool2d(th.arange(12.).view(1, 3, 4), 2, return_indices=True)
x = th.full((1, 1, 4, 4), -th.inf); x[0, 0, 3, 3] = th.nan; R = th.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True), th.nn.functional.max_pool2d(th.tensor([[[1., 1., 2., 2.], [1., 1., 2., 2.]]]), 2, return_indices=True)
x = th.tensor([[[1., 2., 3.]]], requires_grad=True) * 1; y = th.nn.functional.pad(x, (1, 1), mode='circular'); z = th.nn.functional.adaptive_avg_pool1d(x, 1); x.mul_(2); y.sum().backward(); z.sum().backward()
x = th.tensor([[[1., 2., 3.]]], requires_grad=True); y = th.nn.functional.adaptive_avg_pool2d(x, 1); y.sum().backward(); R = y.detach(), y.grad_fn.name(), x.grad
x = th.tensor([[1., 2., 3.], [3., 1., 5.]], dtype=th.float64, requires_grad=True); u, s, v = th.linalg.svd(x); g, = th.autograd.grad(u[0, 0] ** 2 + v[0, 0] ** 2 + s[1], x, create_graph=True); h, = th.autograd.grad((g * g).sum(), x); R = g.detach().round(decimals=6), h.round(decimals=6)
th.nn.functional.pixel_shuffle(th.ones(1, 3, 2, 2), 2)
th.nn.InstanceNorm2d(3)(th.ones(2, 3))
th.nn.InstanceNorm1d(3)(th.ones(2, 3, 1))
"""

PROGRAMS = [
    RUN.replace("{0}", m).replace("{1}", x)
    for m, x in (line.split(" ; ") for line in MODULES.strip().splitlines())
]
PROGRAMS += [
    FLAT.replace("{0}", shape)
    .replace("{1}", call.replace("{x}", "x"))
    .replace("{2}", call.replace("{x}", "y"))
    for shape, call in (line.split(" ; ") for line in POOLS.strip().splitlines())
]
PROGRAMS += LINES.strip().splitlines()
