"""Programs about ``nn``: modules, layers, losses, state, text; see programs.py."""

LINES = """
th.nn.Bilinear(0, 2, 1)
th.nn.Hardtanh(1, 0)
th.nn.MultiMarginLoss(p=3)
th.nn.MultiMarginLoss(weight=th.ones(2, 2))
th.nn.TripletMarginLoss(margin=-1)
th.nn.TripletMarginWithDistanceLoss(margin=-1)
th.nn.Unflatten(1, 3)
type('D', (th.nn.Dropout,), {})(-1)
th.nn.AlphaDropout(1.5)
th.nn.RNN(2.5, 3)
th.nn.LSTM(2, 3, proj_size=-1)
th.nn.LSTM(2, 3, proj_size=3)
th.nn.GRU(2, 3, batch_first=1)
th.nn.ConvTranspose2d(3, 3, 3, padding_mode='reflect')
th.nn.ModuleList(3)
th.nn.ModuleDict(3)
R = th.nn.Upsample((2, 2)), th.nn.Upsample(scale_factor=2), th.nn.InstanceNorm2d(-1), th.nn.BatchNorm1d(2, track_running_stats=False).num_batches_tracked, list(th.nn.BatchNorm1d(2).state_dict())
th.manual_seed(0); e = th.nn.Embedding(4, 3, max_norm=1.); R = e(th.tensor([1, 2])), e.weight, e
th.manual_seed(0); e = th.nn.Embedding(4, 3, max_norm=.5, norm_type=1.); e(th.tensor([[1, 2]])).sum().backward(); R = e.weight, e.weight.grad, e
s = th.nn.Sequential(th.nn.Tanh(), th.nn.ReLU()).insert(-1, th.nn.Identity()).insert(3, th.nn.SiLU()); R = s, 0; s.insert(7, th.nn.Tanh())
from collections import OrderedDict; s = th.nn.Sequential(OrderedDict([('a', th.nn.Tanh()), ('b', th.nn.ReLU())])); R = s, 0; s.insert(0, th.nn.Tanh())
th.manual_seed(0); R = th.empty(5).log_normal_(), th.empty(20).log_normal_(0.5, 0.1), th.empty(5).cauchy_(), th.empty(3, 7, dtype=th.float64).cauchy_(1, 2), th.empty(5).geometric_(0.5), th.empty(17, dtype=th.int64).geometric_(0.1)
th.empty(3).log_normal_(0, -1)
th.empty(3).cauchy_(0, -1)
th.empty(3).geometric_(1.5)
th.empty(3, dtype=th.int64).cauchy_()
th.empty(3, dtype=th.int64).log_normal_()
R = th.tensor([[1., 2.], [3., 4.]]).put_(th.tensor([0, 3, -1]), th.tensor([7., 8., 9.])), th.zeros(2, 2).put_(th.tensor([0, 0]), th.tensor([7., 8.]), accumulate=True), th.arange(4.).put(th.tensor(1), th.tensor(5.)), th.put(th.ones(1), th.tensor(0), th.tensor(2.)), th.renorm(th.ones(1, 3), 2, 0, 1); th.ones(2).put_(th.tensor([5]), th.ones(1))
x = th.arange(6.).view(2, 3).requires_grad_(); y = x.renorm(2, 0, 3.); y[1, 2].backward(); R = y.detach(), x.grad, x.detach().renorm(1, -1, 3)
th.manual_seed(0); nn = th.nn; R = nn.Linear(3, 2).weight, nn.Linear(3, 2, bias=False), list(nn.Linear(2, 1).state_dict())
th.manual_seed(0); nn = th.nn; net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)); x = th.randn(5, 4); R = net, net(x), nn.CrossEntropyLoss()(net(x), th.tensor([0, 1, 2, 0, 1]))
th.manual_seed(0); nn = th.nn; net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 2)); x = th.randn(2, 1, 4, 4); y = net(x); y.sum().backward(); R = y, [p.grad.sum() for p in net.parameters()], net
th.manual_seed(0); nn = th.nn; e = nn.Embedding(5, 3, padding_idx=0); y = e(th.tensor([0, 2, 2])); y.sum().backward(); R = e, y, e.weight.grad
th.manual_seed(0); nn = th.nn; b = nn.BatchNorm1d(3); x = th.randn(6, 3); y = b(x); R = y, b.running_mean, b.running_var, b.num_batches_tracked, b.eval()(x)
th.manual_seed(0); nn = th.nn; b = nn.BatchNorm2d(2); x = th.randn(3, 2, 2, 2); R = b(x), b, b.running_var, list(b.state_dict())
th.manual_seed(0); nn = th.nn; R = nn.LayerNorm(4)(th.randn(2, 4)), nn.LayerNorm(4), nn.GroupNorm(2, 4)(th.randn(2, 4, 3))
th.manual_seed(0); nn = th.nn; d = nn.Dropout(0.5); x = th.ones(2, 8); R = d(x), d.eval()(x), d
th.manual_seed(0); nn = th.nn; R = nn.Conv1d(2, 4, 3, stride=2, padding=1, groups=2)(th.randn(1, 2, 7)), nn.Conv2d(3, 6, (3, 5), dilation=2, bias=False), nn.Conv2d(3, 6, 3, padding='same')
th.manual_seed(0); nn = th.nn; R = nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)(th.randn(1, 2, 3, 3)), nn.ConvTranspose2d(2, 3, 3)
th.manual_seed(0); nn = th.nn; R = nn.Bilinear(2, 3, 4), nn.Bilinear(2, 3, 1)(th.ones(2, 2), th.ones(2, 3)).shape, nn.PReLU(), nn.Identity(54)(th.ones(1)), nn.Unflatten(1, (2, 2))(th.ones(1, 4)).shape
nn = th.nn; R = [nn.ReLU(), nn.ReLU(True), nn.LeakyReLU(0.2), nn.ELU(), nn.GELU(), nn.SiLU(), nn.Softplus(), nn.Tanh(), nn.Sigmoid(), nn.Hardtanh(), nn.LogSigmoid(), nn.Softshrink(), nn.Threshold(0.1, 20), nn.GLU(), nn.Softmax(dim=1), nn.LogSoftmax(1), nn.CELU(), nn.SELU(), nn.ReLU6(), nn.Mish(), nn.Softsign(), nn.Tanhshrink(), nn.Hardswish(), nn.Hardsigmoid(), nn.Softmin(1)]
nn = th.nn; x = th.linspace(-2.4, 2.4, 7); R = [m(x) for m in (nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(), nn.GELU(), nn.SiLU(), nn.Softplus(), nn.Tanh(), nn.Sigmoid(), nn.Hardtanh(), nn.LogSigmoid(), nn.Softshrink(), nn.Threshold(0.1, 20.), nn.Softmax(0), nn.LogSoftmax(0), nn.CELU(), nn.SELU(), nn.ReLU6(), nn.Mish(), nn.Softsign(), nn.Tanhshrink(), nn.Hardswish(), nn.Hardsigmoid(), nn.Hardshrink(), nn.PReLU())]
nn = th.nn; R = [nn.MSELoss(), nn.L1Loss(), nn.CrossEntropyLoss(), nn.NLLLoss(), nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.SmoothL1Loss(), nn.HuberLoss(), nn.KLDivLoss(), nn.CosineEmbeddingLoss(), nn.MarginRankingLoss(), nn.TripletMarginLoss(), nn.PoissonNLLLoss(), nn.GaussianNLLLoss()]
nn = th.nn; a = th.tensor([[0.5, -1.], [2., 0.1]], requires_grad=True); b = th.tensor([[1., 0.], [0., 1.]]); R = [f(a, b) for f in (nn.MSELoss(), nn.MSELoss(reduction='sum'), nn.L1Loss(), nn.BCEWithLogitsLoss(), nn.SmoothL1Loss(), nn.HuberLoss(), nn.KLDivLoss(reduction='batchmean'), nn.PoissonNLLLoss())]
nn = th.nn; nn.BCELoss()(th.tensor([1.5]), th.tensor([1.]))
nn = th.nn; nn.MSELoss(reduction='avg')(th.ones(1), th.ones(1))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.tensor([0, 3]))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.tensor([0, 1, 2]))
nn = th.nn; R = nn.CrossEntropyLoss(weight=th.tensor([1., 2., 3.]), ignore_index=1, label_smoothing=0.2)(th.tensor([[1., 2., 3.], [0., 1., 0.]]), th.tensor([2, 1]))
nn = th.nn; nn.Linear(3, 2)(th.ones(2, 4))
nn = th.nn; nn.Conv2d(3, 2, 3)(th.ones(1, 2, 8, 8))
nn = th.nn; nn.Conv2d(1, 2, 5)(th.ones(1, 1, 3, 3))
nn = th.nn; nn.BatchNorm1d(3)(th.ones(1, 3))
nn = th.nn; nn.BatchNorm2d(3)(th.ones(1, 3))
nn = th.nn; nn.Embedding(3, 2)(th.tensor([3]))
nn = th.nn; nn.Dropout(1.5)
nn = th.nn; m = nn.Module(); m(1)
nn = th.nn; nn.Linear(2, 2).foo
nn = th.nn; m = nn.Linear(2, 2); m.weight = th.zeros(2, 2)
nn = th.nn; m = nn.Module(); m.register_parameter('a.b', None)
nn = th.nn; m = nn.Module(); m.register_parameter('', None)
nn = th.nn; m = nn.Module(); m.register_parameter('w', th.zeros(1))
nn = th.nn; m = nn.Module(); m.register_buffer('training', th.zeros(1))
nn = th.nn; m = nn.Module(); m.add_module('x', 3)
nn = th.nn; a = nn.Linear(2, 2); b = nn.Linear(2, 2); R = b.load_state_dict(a.state_dict()), th.equal(a.weight, b.weight)
nn = th.nn; nn.Linear(2, 2).load_state_dict({'weight': th.zeros(2, 2)})
nn = th.nn; nn.Linear(2, 2).load_state_dict({'weight': th.zeros(3, 2), 'bias': th.zeros(2)})
nn = th.nn; nn.Linear(2, 2).load_state_dict({'weight': th.zeros(2, 2), 'bias': th.zeros(2), 'x': th.zeros(1)})
nn = th.nn; R = nn.Linear(2, 2).load_state_dict({'weight': th.zeros(2, 2), 'x': th.zeros(1)}, strict=False)
nn = th.nn; net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1))); R = [n for n, _ in net.named_modules()], [n for n, _ in net.named_parameters()], [n for n, _ in net.named_children()], sum(p.numel() for p in net.parameters()), net[1][1], len(net), net[0:1]
nn = th.nn; net = nn.Sequential(nn.Linear(2, 2), nn.Dropout()); net.eval(); R = net.training, net[1].training, net.train()[1].training
nn = th.nn; net = nn.Linear(2, 2); net.requires_grad_(False); R = [p.requires_grad for p in net.parameters()]
nn = th.nn; net = nn.Linear(2, 2).double(); R = net.weight.dtype, net(th.ones(1, 2, dtype=th.float64)).dtype
nn = th.nn; net = nn.Linear(2, 1); net(th.ones(1, 2)).sum().backward(); R = net.weight.grad; net.zero_grad(); R = R, net.weight.grad
nn = th.nn; net = nn.Linear(2, 1); seen = []; h = net.register_forward_hook(lambda m, i, o: seen.append((type(m).__name__, len(i), o.shape))); net(th.ones(1, 2)); h.remove(); net(th.ones(1, 2)); R = seen
nn = th.nn; net = nn.ReLU(); seen = []; net.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go))); x = th.tensor([1., -2.], requires_grad=True); net(x).sum().backward(); R = seen
nn = th.nn; m = nn.ModuleList([nn.Linear(1, 2), nn.Linear(2, 1)]); m.append(nn.ReLU()); R = m, len(m), m[-1], len(list(m.parameters()))
nn = th.nn; m = nn.ModuleDict({'a': nn.Linear(1, 2), 'b': nn.ReLU()}); R = m, list(m.keys()), 'a' in m, m['b']
nn = th.nn; th.manual_seed(0); R = [f(th.empty(3, 4)) for f in (nn.init.xavier_uniform_, nn.init.xavier_normal_, nn.init.kaiming_uniform_, nn.init.kaiming_normal_, nn.init.uniform_, nn.init.normal_, nn.init.ones_, nn.init.zeros_, nn.init.eye_)], nn.init.constant_(th.empty(2), 3.), nn.init.calculate_gain('relu'), nn.init.calculate_gain('leaky_relu', 0.2)
nn = th.nn; nn.init.xavier_uniform_(th.empty(3))
nn = th.nn; nn.init.calculate_gain('foo')
nn = th.nn; p = nn.Parameter(th.tensor([3., 4.])); (p * p).sum().backward(); R = nn.utils.clip_grad_norm_([p], 1.0), p.grad, nn.utils.parameters_to_vector([p, p]); nn.utils.clip_grad_value_([p], 0.5); R = R, p.grad; nn.utils.vector_to_parameters(th.tensor([1., 2.]), [p]); R = R, p
F = th.nn.functional; x = th.arange(16.).reshape(1, 1, 4, 4); R = F.max_pool2d(x, 2), F.avg_pool2d(x, 3, 1, 1), F.adaptive_avg_pool2d(x, (1, 2)), F.max_pool2d(x, 2, return_indices=True)[1], F.max_pool1d(x[0], 2), F.avg_pool1d(x[0], 2), F.interpolate(x, scale_factor=2).shape, F.pad(x, (1, 0, 0, 1), value=9.)
F = th.nn.functional; R = F.one_hot(th.tensor([0, 2])), F.one_hot(th.tensor([1]), 4), F.cosine_similarity(th.tensor([[1., 0.]]), th.tensor([[1., 1.]])), F.normalize(th.tensor([[3., 4.]])), F.relu(th.tensor([-1., 1.])), F.softmax(th.tensor([1., 2.]), dim=0)
F = th.nn.functional; th.manual_seed(0); q = th.randn(1, 3, 4); R = F.scaled_dot_product_attention(q, q, q), F.scaled_dot_product_attention(q, q, q, is_causal=True)
F = th.nn.functional; a = th.tensor([[1., 2.]]); b = th.tensor([[2., 0.]]); t = th.tensor([1.]); R = F.cosine_embedding_loss(a, b, t), F.margin_ranking_loss(a[0], b[0], -t), F.hinge_embedding_loss(a, -th.ones(1, 2)), F.triplet_margin_loss(a, b, -a), F.soft_margin_loss(a, th.ones(1, 2)), F.gaussian_nll_loss(a, b, th.ones(1, 2)), F.bilinear(a, b, th.ones(1, 2, 2)), F.kl_div(a, b)
"""

PROGRAMS = [
    *LINES.strip().splitlines(),
    """
nn = th.nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 3)
        self.register_buffer("scale", th.tensor(2.))
        self.w = nn.Parameter(th.ones(3))
    def forward(self, x):
        return self.fc(x) * self.w * self.scale
th.manual_seed(0)
net = Net()
R = net, net(th.ones(1, 2)), [n for n, _ in net.named_buffers()], list(net.state_dict()), dict(net.named_parameters()).keys()
""",
    """
nn = th.nn
class Early(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 3)
Early()
""",
    """
import copy, pickle
th.manual_seed(0)
net = th.nn.Sequential(th.nn.Linear(2, 2), th.nn.Tanh())
twin = copy.deepcopy(net)
with th.no_grad():
    net[0].weight.zero_()
R = twin[0].weight, net[0].weight, pickle.loads(pickle.dumps(twin))[0].weight
""",
    """
nn, R = th.nn, []
for m in (nn.Linear(2, 1), nn.Bilinear(2, 1, 1), nn.Embedding(2, 2, padding_idx=1), nn.Conv1d(1, 1, 2), nn.BatchNorm1d(2), nn.InstanceNorm1d(2, affine=True), nn.LayerNorm(2), nn.RMSNorm(2), nn.GroupNorm(1, 2, affine=False), nn.PReLU(2, 0.5), nn.GRU(1, 1), nn.LSTMCell(1, 1)):
    for p in m.parameters():
        nn.init.constant_(p, 7.)
    th.manual_seed(0)
    m.reset_parameters()
    R.append(dict(m.named_parameters()))
""",
    """
m = th.nn.BatchNorm1d(1)
m(th.tensor([[1.], [3.]]))
R = [list(m.state_dict().values())]
m.weight.data.fill_(5)
m.reset_running_stats()
R.append(list(m.state_dict().values()))
th.nn.BatchNorm1d(1, track_running_stats=False).reset_running_stats()
""",
    """
class Three(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2, None, 3, x > 1
    @staticmethod
    def backward(ctx, *grads):
        R.append(grads)
        return grads[0]
R = []
R.append(Three.apply(th.ones(2, requires_grad=True)))
R[0][0].sum().backward()
""",
    """
class Saves(th.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x, 3)
Saves.apply(th.ones(2, requires_grad=True))
""",
]
