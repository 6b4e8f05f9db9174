"""Programs from the ways in which lessons import, build, train, mend and save networks; see programs.py."""

LINES = r"""
import LIBRARY as torch; from LIBRARY import nn, optim; import LIBRARY.nn.functional as F; from LIBRARY.utils.data import DataLoader, TensorDataset; R = F.relu(torch.tensor([-1.])), nn.ReLU(), DataLoader(TensorDataset(torch.ones(2, 1)), 2).batch_size
from LIBRARY.utils.data.dataset import Dataset, random_split; from LIBRARY.utils.data.dataloader import DataLoader, default_collate; from LIBRARY.utils.data.sampler import SubsetRandomSampler; R = Dataset, DataLoader, SubsetRandomSampler
from LIBRARY.distributions.normal import Normal; from LIBRARY.distributions.multivariate_normal import MultivariateNormal; from LIBRARY.distributions.kl import kl_divergence; R = Normal, MultivariateNormal, kl_divergence(Normal(0., 1.), Normal(1., 1.))
from LIBRARY.nn.modules.loss import _Loss, _WeightedLoss; from LIBRARY.nn.modules.container import Sequential; from LIBRARY.nn.modules.module import Module; R = issubclass(th.nn.MSELoss, _Loss), issubclass(_WeightedLoss, _Loss), Sequential, Module
from LIBRARY.optim.optimizer import Optimizer; from LIBRARY.optim.sgd import SGD; from LIBRARY.optim.lr_scheduler import LRScheduler, _LRScheduler, StepLR; R = SGD, Optimizer, issubclass(StepLR, LRScheduler)
from LIBRARY.nn.utils.clip_grad import clip_grad_norm_; from LIBRARY.nn.utils.rnn import pad_sequence, PackedSequence; import LIBRARY.backends.cudnn as cudnn; cudnn.benchmark = True; R = clip_grad_norm_.__name__, PackedSequence, cudnn.benchmark
nn = th.nn; R = [type(m) for m in (nn.Linear(1, 1), nn.ReLU(), nn.Conv2d(1, 1, 1), nn.MaxPool2d(2), nn.Dropout(), nn.BatchNorm1d(1), nn.LayerNorm(1), nn.Embedding(1, 1), nn.LSTM(1, 1), nn.Flatten(), nn.MSELoss(), nn.ZeroPad2d(1), nn.ModuleList(), nn.Unfold(1), nn.PixelShuffle(1), nn.CosineSimilarity(), nn.Upsample(2), nn.LazyLinear(1), nn.InstanceNorm1d(1))]
R = [type(th.optim.Adam([th.zeros(1, requires_grad=True)])), th.utils.data.TensorDataset, th.utils.data.DataLoader([1]), iter(th.utils.data.DataLoader([1])), th.nn.Linear(1, 1).parameters(), th.nn.Linear(1, 1).children(), th.nn.Linear(1, 1).modules(), th.nn.Linear(1, 1).buffers()]
it = iter(th.utils.data.DataLoader([1, 2, 3], 2)); R = len(it), next(it); it.next()
import pickle, copy; net = th.nn.Sequential(th.nn.Linear(1, 1), th.nn.Tanh()); R = pickle.loads(pickle.dumps(net)), copy.deepcopy(net)[0].weight is net[0].weight
net = th.nn.Linear(2, 1); R = []; net.register_forward_hook(lambda m, a, kw, out: R.append(("kw", sorted(kw), out.shape)), with_kwargs=True); net.register_forward_hook(lambda *a: R.append("first"), prepend=True); net(input=th.ones(1, 2))
net = th.nn.Identity(); net.register_forward_pre_hook(lambda m, args, kwargs: ((args[0] * 2,), kwargs), with_kwargs=True); h = net.register_forward_pre_hook(lambda m, a: a[0] + 1); R = [net(th.ones(1))]; h.remove(); R.append(net(th.ones(1)))
net = th.nn.Bilinear(1, 1, 1); a, b = (th.ones(1, 1, requires_grad=True) for _ in "ab"); R = []; net.register_full_backward_hook(lambda m, gi, go: R.append((len(gi), [g.shape for g in gi], go))); out = net(a, b); out.backward(); R.append(out.grad_fn.name())
net = th.nn.Identity(); x = th.ones(2, requires_grad=True); net.register_full_backward_pre_hook(lambda m, g: (g[0] * 10,)); net.register_full_backward_hook(lambda m, gi, go: (gi[0] + go[0],)); net(x * 1).sum().backward(); R = x.grad
net = th.nn.Identity(); x = th.ones(2, requires_grad=True); net.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0])); net(x * 1).sum().backward()
net = th.nn.Linear(1, 1); R = []; net.register_full_backward_hook(lambda m, gi, go: R.append((gi, go))); net(th.ones(1, 1)).backward()
net = th.nn.Linear(1, 1); handle = net.register_forward_hook(lambda *a: None); R = len(net._forward_hooks), type(handle); handle.remove(); R = R, len(net._forward_hooks), net._backward_hooks
class Net(th.nn.Module):\n    def __init__(self): self.x = 1\n    def forward(self, x): return x\nNet()(th.ones(1))
nn = th.nn; R = nn.Sequential(nn.Linear(1, 1)) + nn.Sequential(nn.Tanh()), nn.ModuleList([nn.Tanh()]) + [nn.ReLU()]; m = nn.ModuleList([nn.Tanh(), nn.ReLU()]); R = R, m.pop(0), m
nn = th.nn; nn.Sequential(nn.Linear(1, 1), nn.ReLU)
nn = th.nn; nn.Sequential(nn.Linear(1, 1), nn.functional.relu)
nn = th.nn; R = nn.ParameterList([th.ones(2), th.ones(1, 3)]), nn.Sequential(nn.ParameterList([th.ones(1)])), nn.ParameterDict({"a": nn.Parameter(th.ones(2))})
nn = th.nn; net = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)); state = net.state_dict(); R = type(state._metadata), dict(state._metadata); R = R, net.load_state_dict({k: v for k, v in state.items() if "num" not in k})
nn = th.nn; state = nn.BatchNorm1d(1).state_dict(); del state["num_batches_tracked"]; nn.BatchNorm1d(1).load_state_dict(state)
nn = th.nn; nn.Linear(1, 1).load_state_dict({"weight": 3, "bias": th.zeros(1)})
nn = th.nn; R = nn.Linear(1, 1).type(th.float64).weight.dtype, nn.Linear(1, 1).to(th.float16).bias.dtype
nn = th.nn; R = [nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=(2, 3)), nn.UpsamplingNearest2d(scale_factor=2)]
nn = th.nn; nn.Conv2d(1, 1, 3, stride=2, padding="same")
nn = th.nn; nn.GroupNorm(3, 4)
nn = th.nn; nn.Linear(2, 2)(th.ones(1, 2, dtype=th.float64))
nn = th.nn; nn.Linear(2, 2, bias=False)(th.ones(1, 2, dtype=th.int64))
nn = th.nn; nn.Linear(2, 2)([1., 2.])
nn = th.nn; nn.Conv2d(1, 1, 1)(th.ones(1, 1, 2, 2, dtype=th.uint8))
nn = th.nn; nn.Conv1d(1, 1, 1, bias=False)(th.ones(1, 1, 2, dtype=th.float64))
nn = th.nn; nn.ConvTranspose2d(1, 1, 1)(th.ones(1, 1, 2, 2, dtype=th.float64))
nn = th.nn; nn.BatchNorm1d(2)(th.ones(3, 2, dtype=th.float64))
nn = th.nn; nn.BatchNorm1d(4)(th.ones(2, 3))
nn = th.nn; nn.LayerNorm(2).double()(th.ones(3, 2))
nn = th.nn; nn.LayerNorm(2, elementwise_affine=False)(th.ones(3, 2, dtype=th.int64))
nn = th.nn; nn.GRU(2, 2)(th.ones(1, 1, 2, dtype=th.float64))
nn = th.nn; nn.PReLU()(th.ones(2, dtype=th.float64))
nn = th.nn; nn.Bilinear(2, 2, 1)(*th.ones(2, 1, 2, dtype=th.float64))
nn = th.nn; nn.MaxPool2d(2)(th.ones(4, 4))
nn = th.nn; nn.MaxPool1d(2)(th.ones(4))
nn = th.nn; nn.AvgPool1d(2)(th.ones(4))
nn = th.nn; nn.MaxPool2d(5)(th.ones(1, 4, 4))
nn = th.nn; nn.MSELoss()(th.ones(2, dtype=th.int64), th.ones(2, dtype=th.int64))
nn = th.nn; nn.MSELoss()(th.ones(3, 2), th.ones(4, 2))
nn = th.nn; nn.BCELoss()(th.ones(2), th.ones(2, dtype=th.int64))
nn = th.nn; nn.BCELoss()(th.ones(2), th.ones(2, dtype=th.float64))
nn = th.nn; nn.BCEWithLogitsLoss()(th.ones(2), th.tensor([0, 1]))
nn = th.nn; R = nn.BCEWithLogitsLoss()(th.ones(2, dtype=th.float64), th.ones(2)).dtype, nn.CrossEntropyLoss()(th.zeros(3), th.tensor([1])), nn.CrossEntropyLoss()(th.zeros(2, 3), th.tensor([0, 1], dtype=th.uint8))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.tensor([0, 1], dtype=th.int32))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.zeros(2))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.zeros(2, 1, dtype=th.int64))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.zeros(2, 3, dtype=th.int64))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3), th.tensor(1))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3, 4), th.zeros(2, 3, dtype=th.int64))
nn = th.nn; nn.CrossEntropyLoss()(th.zeros(2, 3, 4, 4), th.zeros(2, 1, 4, 4, dtype=th.int64))
nn = th.nn; nn.CrossEntropyLoss(weight=th.ones(2))(th.zeros(2, 3), th.tensor([0, 1]))
th.nn.functional.layer_norm(th.ones(2, 3), 3)
th.nn.functional.embedding(th.tensor([0]), th.ones(2))
x = th.tensor([1., -2., 0.3], dtype=th.float64, requires_grad=True); R = []; nn = th.nn; [R.append((y := layer(x * 2)).detach().clone()) or R.append(th.autograd.grad((y * y).sum(), x)) for layer in (nn.LeakyReLU(0.2, inplace=True), nn.ELU(inplace=True), nn.SELU(True), nn.CELU(inplace=True), nn.SiLU(True), nn.Mish(True), nn.ReLU6(True), nn.Hardswish(True), nn.Threshold(0.1, 0., True))]
th.manual_seed(0); x = th.ones(4, requires_grad=True); y = th.nn.Dropout(0.5, inplace=True)(x * 1); y.sum().backward(); R = y, x.grad
x = th.tensor(1., requires_grad=True); o = th.optim.Adam([x], 0.1); (x * x).backward(); o.step(); th.manual_seed(0); R = x, th.zeros_like(x), th.full_like(x, 3), th.distributions.Uniform(0., 1.).sample(), th.autograd.gradgradcheck(lambda a: a ** 3, th.tensor(2., dtype=th.float64, requires_grad=True))
th.manual_seed(0); x = th.ones(2, 3, requires_grad=True); R = th.nn.functional.dropout(x.t(), 0.5), th.empty_like(x.t()).stride(), th.zeros_like(x.t()).stride()
R = str(th.nn.LazyLinear(2).weight), [t.shape for t in th.histogram(th.arange(4.), density=True)]
R = th.nn.Embedding(2, 2, sparse=False), th.nn.Embedding(0, 3)
from collections import deque; R = th.tensor(deque([1., 2.]))
x = th.ones(1, requires_grad=True); R = th.autograd.grad(x * 2, x, only_inputs=True)
o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=0.1); o.param_groups[0]["params"][0].grad = th.ones(1); o.step(); R = o.state_dict()
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.StepLR(o, 2); R = s.state_dict(), S.ReduceLROnPlateau(o, patience=1).state_dict()
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0, momentum=0.9); s = S.OneCycleLR(o, max_lr=2.0, total_steps=6); R = []; [(R.append((round(s.get_last_lr()[0], 5), round(o.param_groups[0]["momentum"], 5))), o.step(), s.step()) for _ in range(5)]
S = th.optim.lr_scheduler; o = th.optim.Adam([th.ones(1, requires_grad=True)], lr=1.0); s = S.OneCycleLR(o, 2.0, epochs=2, steps_per_epoch=4, pct_start=0.25, anneal_strategy="linear", three_phase=True); R = []; [(R.append((round(s.get_last_lr()[0], 5), round(o.param_groups[0]["betas"][0], 5))), o.step(), s.step()) for _ in range(7)]
S = th.optim.lr_scheduler; S.OneCycleLR(th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0, momentum=0.9), 2.0)
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.CosineAnnealingWarmRestarts(o, 2, 2, 0.1); R = []; [(R.append(round(s.get_last_lr()[0], 5)), o.step(), s.step()) for _ in range(8)]; s.step(3.5); R.append(round(s.get_last_lr()[0], 5))
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0, momentum=0.9); s = S.CyclicLR(o, 0.1, 1.0, step_size_up=2, step_size_down=3, mode="triangular2"); R = []; [(R.append((round(s.get_last_lr()[0], 5), round(o.param_groups[0]["momentum"], 5))), o.step(), s.step()) for _ in range(8)]
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.CyclicLR(o, 0.1, 1.0, 2, mode="exp_range", gamma=0.9, cycle_momentum=False); R = []; [(R.append(round(s.get_last_lr()[0], 5)), o.step(), s.step()) for _ in range(6)]
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.SequentialLR(o, [S.ConstantLR(o, 0.1, 3), S.ExponentialLR(o, 0.9)], [3]); R = []; [(R.append(round(s.get_last_lr()[0], 5)), o.step(), s.step()) for _ in range(6)]; t = s.state_dict(); s.load_state_dict(t); R.append(s.last_epoch)
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.ChainedScheduler([S.ConstantLR(o, 0.1, 3), S.ExponentialLR(o, 0.9)]); R = []; [(R.append(round(s.get_last_lr()[0], 5)), o.step(), s.step()) for _ in range(6)]
S = th.optim.lr_scheduler; o = th.optim.SGD([th.ones(1, requires_grad=True)], lr=1.0); s = S.ExponentialLR(o, 0.5); o.step(); s.step(3); R = s.get_last_lr(), s.last_epoch; s.step(); R = R, s.get_last_lr()
rnn = th.nn.utils.rnn; p = rnn.pack_padded_sequence(th.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]), [2, 1, 3], batch_first=True, enforce_sorted=False); R = p, rnn.pad_packed_sequence(p, batch_first=True, total_length=4, padding_value=9), rnn.unpack_sequence(p)
rnn = th.nn.utils.rnn; R = rnn.pack_sequence([th.tensor([1, 2]), th.tensor([3])]); rnn.pack_padded_sequence(th.ones(2, 3), [1, 3], batch_first=True)
rnn = th.nn.utils.rnn; rnn.pack_padded_sequence(th.ones(2, 3), [2, 0], batch_first=True)
rnn = th.nn.utils.rnn; rnn.pad_packed_sequence(rnn.pack_sequence([th.ones(3)]), total_length=2)
th.manual_seed(0); nn = th.nn; net = nn.LSTM(2, 3, 2, bidirectional=True, dtype=th.float64); x = nn.utils.rnn.pack_sequence([th.ones(2, 2, dtype=th.float64), th.ones(3, 2, dtype=th.float64)], enforce_sorted=False); y, (h, c) = net(x); y.data.sum().backward(); R = y, h, net.weight_ih_l0.grad
th.manual_seed(0); net = th.nn.GRU(2, 3, batch_first=True, dtype=th.float64); x = th.nn.utils.rnn.pack_sequence([th.ones(3, 2, dtype=th.float64), th.ones(1, 2, dtype=th.float64)]); R = net(x, th.ones(1, 2, 3, dtype=th.float64))
R = [layer(2, 2, batch_first=True)(th.ones(1, 3, 2))[0].grad_fn.name() for layer in (th.nn.RNN, th.nn.GRU, th.nn.LSTM)], th.nn.LSTM(2, 2)(th.ones(3, 1, 2))[0].grad_fn.name()
th.manual_seed(0); a = th.nn.MultiheadAttention(4, 2, dtype=th.float64); x = th.arange(24, dtype=th.float64).view(3, 2, 4).cos(); R = a, a(x, x, x), list(a.state_dict())
th.manual_seed(0); a = th.nn.MultiheadAttention(4, 2, batch_first=True, kdim=3, vdim=5, bias=False, dtype=th.float64); q, k, v = (th.ones(1, n, d, dtype=th.float64).cumsum(1).sin() for n, d in ((2, 4), (3, 3), (3, 5))); o, w = a(q, k, v, key_padding_mask=th.tensor([[False, False, True]]), average_attn_weights=False); o.sum().backward(); R = o, w, a.k_proj_weight.grad.shape, a(q, k, v, need_weights=False)[1], a(q[0], k[0], v[0])[0].shape
th.nn.MultiheadAttention(10, 3)
a = th.nn.MultiheadAttention(4, 2); a(th.ones(3, 1, 5), th.ones(3, 1, 5), th.ones(3, 1, 5))
th.manual_seed(0); nn = th.nn; net = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.5, batch_first=True, dtype=th.float64), 2); x = th.arange(24, dtype=th.float64).view(2, 3, 4).sin(); y = net(x, nn.Transformer.generate_square_subsequent_mask(3, dtype=th.float64)); y[:, 0].sum().backward(); R = net, y
th.manual_seed(0); nn = th.nn; net = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, activation="gelu", norm_first=True, dtype=th.float64), 1, nn.LayerNorm(4, dtype=th.float64)).eval(); x = th.arange(24, dtype=th.float64).view(3, 2, 4).sin(); R = net(x, x.cos()), list(net.state_dict())
th.manual_seed(0); net = th.nn.Transformer(4, 2, 1, 1, 8, batch_first=True, dtype=th.float64); x = th.arange(24, dtype=th.float64).view(2, 3, 4).sin(); R = net(x, x[:, :2], tgt_mask=net.generate_square_subsequent_mask(2)); net(x, x[..., :2])
with th.autocast("cuda", dtype=th.float16): y = th.ones(1, 1) @ th.ones(1, 1)\nR = y.dtype, th.amp.autocast, th.cuda.amp.autocast(), th.amp.GradScaler
s = th.GradScaler("cuda"); w = th.ones(1, requires_grad=True); o = th.optim.SGD([w], lr=0.5); s.scale(w * 2).backward(); s.unscale_(o); s.step(o); s.update(); s.load_state_dict(s.state_dict()); R = w, s.get_scale(), s.is_enabled(), s.state_dict(), th.cuda.amp.GradScaler(enabled=False).is_enabled()
th.manual_seed(0); R = th.nn.init.xavier_uniform(th.empty(2, 2)), th.nn.init.constant(th.empty(1), 3.); p = th.nn.Parameter(th.ones(2)); p.grad = th.ones(2); R = R, th.nn.utils.clip_grad_norm([p], 1.0), p.grad
class Focal(th.nn.modules.loss._WeightedLoss):\n    def __init__(self, weight=None, gamma=2, reduction="mean"): super().__init__(weight, reduction=reduction); self.gamma = gamma\n    def forward(self, x, y): c = th.nn.functional.cross_entropy(x, y, weight=self.weight, reduction="none"); return ((1 - (-c).exp()) ** self.gamma * c).mean()\nf = Focal(th.tensor([1., 2.])); R = f, f.reduction, dict(f.state_dict()), f(th.tensor([[2., 1.], [0., 1.]]), th.tensor([0, 1]))
th.manual_seed(0); nn = th.nn; G, D = nn.Sequential(nn.Linear(1, 4), nn.LeakyReLU(0.2, inplace=True), nn.Linear(4, 1)).double(), nn.Sequential(nn.Linear(1, 4), nn.LeakyReLU(0.2), nn.Linear(4, 1), nn.Sigmoid()).double(); oG, oD = (th.optim.Adam(m.parameters(), lr=0.1, betas=(0.5, 0.999)) for m in (G, D)); loss, real, R = nn.BCELoss(), th.ones(4, 1, dtype=th.float64), []\nfor i in range(3):\n    fake = G(th.randn(4, 1, dtype=th.float64)); oD.zero_grad(); d = loss(D(real), th.ones_like(real)) + loss(D(fake.detach()), th.zeros_like(fake)); d.backward(); oD.step(); oG.zero_grad(); g = loss(D(fake), th.ones_like(fake)); g.backward(); oG.step(); R.append("%.4f %.4f" % (d.item(), g.item()))
th.manual_seed(0); nn = th.nn; R = []; data = th.utils.data.TensorDataset(th.randn(10, 2, dtype=th.float64), th.randint(0, 2, (10,))); net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.2), nn.Linear(4, 2)).double(); o = th.optim.AdamW(net.parameters(), lr=0.01, amsgrad=True); s = th.optim.lr_scheduler.OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=2)\nfor e in range(2):\n    net.train(); total = 0.0\n    for x, y in th.utils.data.DataLoader(data, 5, shuffle=True): o.zero_grad(); l = nn.functional.cross_entropy(net(x), y); l.backward(); nn.utils.clip_grad_norm_(net.parameters(), 1.0); o.step(); s.step(); total += l.item() * len(x)\n    R.append(f"epoch {e + 1}: loss {total / len(data):.4f}, lr {s.get_last_lr()[0]:.4f}")
import io; net = th.nn.Linear(1, 1); o = th.optim.Adam(net.parameters()); net(th.ones(1)).backward(); o.step(); f = io.BytesIO(); th.save({"epoch": 2, "net": net.state_dict(), "opt": o.state_dict()}, f); f.seek(0); c = th.load(f, weights_only=True); other = th.nn.Linear(1, 1); p = th.optim.Adam(other.parameters()); R = c["epoch"], other.load_state_dict(c["net"]), p.load_state_dict(c["opt"]), p.state_dict()["state"][0]["step"], th.equal(other.weight, net.weight)
net = th.nn.Linear(3, 2); net(th.ones(4, 3)).sum().backward(); w = th.ones(2, 3, requires_grad=True); (w.T * th.ones(3, 2)).sum().backward(); v = th.ones(2, 3).T.requires_grad_(); v.sum().backward(); R = th.cat([p.grad.view(-1) for p in net.parameters()]), [t.grad.stride() for t in (net.weight, w, v)]
"""

PROGRAMS = [line.replace("\\n", "\n") for line in LINES.strip().splitlines()]
