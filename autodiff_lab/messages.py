"""The words of both languages, in one catalogue. Leans on nothing.

A text is looked up by its key and filled with named values:

>>> set_language("en")
>>> say("lang.set", language="en")
'language: en'
>>> set_language("es")
>>> say("lang.set", language="es")
'idioma: es'

A key ends in what it is for; each row holds the Spanish text first, then the English.
"""

import os

LANGUAGES = ("es", "en")

_language = "es"


def set_language(language):
    """Choose the language of explanations, pictures and widgets: ``"es"`` or ``"en"``.

    Raises:
        ValueError: for any other language; the one in use stays.
    """
    global _language
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of 'es', 'en'; got {language!r}")
    _language = language


def get_language():
    """The language in use, ``"es"`` or ``"en"``."""
    return _language


def say(key, /, **values):
    """The text of ``key`` in the language in use, with ``{name}`` filled from ``values``."""
    return TEXTS[key][LANGUAGES.index(_language)].format(**values)


if os.environ.get("AUTODIFF_LAB_LANG") in LANGUAGES:
    set_language(os.environ["AUTODIFF_LAB_LANG"])


# fmt: off
TEXTS = {
    # -- the laboratory in general
    "lang.set": ("idioma: {language}", "language: {language}"),
    # -- printing
    "print.options": ("Por ejemplo: set_printoptions(precision=4, threshold=1000, edgeitems=3, linewidth=80). Las opciones quedan como estaban.",
        "For example: set_printoptions(precision=4, threshold=1000, edgeitems=3, linewidth=80). The options stay as they were."),
    "print.format": ("El formato {spec!r} no sirve para {name}: aquí solo lo admite un tensor de 0 dimensiones que no sea Parameter. Si tiene un solo elemento, añade .item() dentro de la f-string; para elegir los decimales de todo un tensor, set_printoptions(precision=...).",
        "The format {spec!r} is of no use for {name}: only a tensor of 0 dimensions that is no Parameter takes one. If it has a single element, add .item() in the f-string; to choose the decimals of a whole tensor, set_printoptions(precision=...)."),
    # -- the command `autodiff-lab`
    "cli.description": ("Pone el curso en una carpeta y lo abre en JupyterLab. Lo que hayas cambiado en ella se queda como está.",
        "Puts the course into a folder and opens it in JupyterLab. What you changed there stays as it is."),
    "cli.help.lang": ("idioma del curso: es (español) o en (inglés)", "the course's language: es (Spanish) or en (English)"),
    "cli.help.dir": ("carpeta para los cuadernos (si no se indica: {folder}, aquí mismo)", "folder for the notebooks (default: {folder}, right here)"),
    "cli.help.ci_template": ("en lugar de abrir el curso, pone en DIR (por omisión, aquí) lo necesario para que tus cuadernos se ejecuten como pruebas",
        "instead of opening the course, put into DIR (here, by default) what it takes to run your notebooks as tests"),
    "cli.template.new": ("{name}: escrito", "{name}: written"),
    "cli.template.kept": ("{name}: ya existe, y queda como está", "{name}: is there already, and stays as it is"),
    "cli.template.run": ("Para probarlo aquí: python -m pytest --nbval --nbval-current-env --nbval-sanitize-with=nbval_sanitize.cfg",
        "To try it here: python -m pytest --nbval --nbval-current-env --nbval-sanitize-with=nbval_sanitize.cfg"),
    "cli.help.no_browser": ("no abrir el navegador; solo mostrar la dirección", "do not open the browser; only show the address"),
    "cli.help.port": ("puerto de JupyterLab (si no se indica: 8888)", "JupyterLab's port (default: 8888)"),
    "cli.bad_port": ("el puerto es un número de 0 a 65535, no {text!r}", "the port is a number from 0 to 65535, not {text!r}"),
    "cli.course_in": ("El curso está en {folder}", "The course is in {folder}"),
    "cli.updated": ("  {name}: puesto al día (no lo habías cambiado)", "  {name}: brought up to date (you had not changed it)"),
    "cli.kept": ("  {name}: tiene cambios tuyos y se queda como está; el del curso queda a su lado, en {written}",
        "  {name}: has changes of yours and stays as it is; the course's own is beside it, in {written}"),
    "cli.cannot_write": ("No se pudo poner el curso en {folder}: {reason}. Nada tuyo cambió; elige otra carpeta con --dir.",
        "The course could not be put into {folder}: {reason}. Nothing of yours changed; choose another folder with --dir."),
    "cli.no_jupyterlab": ("JupyterLab no está instalado. Esta línea lo instala:\n  {python} -m pip install jupyterlab",
        "JupyterLab is not installed. This line installs it:\n  {python} -m pip install jupyterlab"),
    # -- the graph, drawn
    "graph.title": ("Gráfica de cómputo de {name}", "Computation graph of {name}"),
    "graph.description": ("{nodes} nodos y {edges} aristas", "{nodes} nodes and {edges} edges"),
    "graph.fold": ("{count} nodos plegados", "{count} nodes, folded"),
    "graph.title.backward": ("Gráfica hacia atrás desde {name}", "Backward graph from {name}"),
    "graph.fold.loop": ("{count} nodos de las demás vueltas", "{count} nodes of the other turns"),
    "graph.mode.no_grad": ("no_grad", "no_grad"),
    "graph.mode.inference": ("inference_mode", "inference_mode"),
    "graph.order": ("derivada de orden {order}", "derivative of order {order}"),
    "graph.edge.write": ("escribe en el lugar", "writes in place"),
    "graph.place": ("línea {line}: {code}", "line {line}: {code}"),
    "graph.error.fold": (
        "fold es 'module', 'loop', 'depth' o False; recibió {fold}.",
        "fold is 'module', 'loop', 'depth' or False; got {fold}.",
    ),
    "graph.error.large": (
        "La gráfica tiene {count} nodos; sin plegar se dibujan hasta {most}.",
        "The graph has {count} nodes; unfolded, up to {most} are drawn.",
    ),
    "graph.error.backward": (
        "backward es False, True o 'both'; recibió {backward}.",
        "backward is False, True or 'both'; got {backward}.",
    ),
    "record.error.again": (
        "Esta grabación ya está en marcha; abre otra con lab.record().",
        "This recording is already running; open another with lab.record().",
    ),
    "record.error.empty": (
        "La grabación está vacía: no se calculó nada con tensores dentro de ella.",
        "The recording is empty: nothing was computed with tensors inside it.",
    ),
    "graph.error.inputs": (
        "graph() recibe entradas después de un módulo, al que llama; aquí hay un {type}.",
        "graph() takes inputs after a module, which it calls; here is a {type}.",
    ),
    "record.repr": ("grabación de {count} operaciones", "recording of {count} operations"),
    "graph.adjoint": ("adjunto", "adjoint"),
    "graph.value": ("valor", "value"),
    "graph.version": ("modificado en el lugar {version} veces", "modified in place {version} times"),
    "graph.in_words": ("La misma gráfica en palabras", "The same graph in words"),
    "graph.word.leaf": ("hoja", "leaf"),
    "graph.word.parameter": ("parámetro", "parameter"),
    "graph.word.constant": ("constante", "constant"),
    "graph.word.operation": ("operación", "operation"),
    "graph.word.detached": ("desligado", "detached"),
    "graph.word.backward": ("grad_fn", "grad_fn"),
    "graph.word.accumulate": ("suma a .grad", "adds to .grad"),
    "graph.kind.leaf": ("hoja con requires_grad", "leaf with requires_grad"),
    "graph.kind.parameter": ("parámetro", "parameter"),
    "graph.kind.constant": ("constante, sin gradiente", "constant, no gradient"),
    "graph.kind.operation": ("operación", "operation"),
    "graph.kind.fold": ("nodos plegados", "folded nodes"),
    "graph.kind.detached": ("desligado: sin gradiente", "detached: no gradient"),
    "graph.kind.backward": ("grad_fn", "grad_fn"),
    "graph.kind.accumulate": ("AccumulateGrad: suma a .grad", "AccumulateGrad: adds to .grad"),
    "graph.kind.higher": ("la registró backward(create_graph=True)", "recorded by backward(create_graph=True)"),
    "graph.kind.region": ("aquí no se registra nada", "nothing is recorded here"),
    "graph.kind.result": ("resultado", "result"),
    "graph.key.local": ("derivada local", "local derivative"),
    "graph.key.cut": ("cortada: el valor pasa, el gradiente no regresa", "cut: the value goes on, no gradient comes back"),
    "graph.key.write": ("escribe en el lugar (in-place)", "writes in place"),
    "graph.key.link": ("operación y su grad_fn", "an operation and its grad_fn"),
    "graph.key.flow": ("gradiente que regresó por la arista", "gradient that went back along the edge"),
    "graph.key.arriving": ("gradiente que llega a la operación", "gradient that arrives at the operation"),
    "graph.from.recomputed": ("recalculado", "recomputed"),
    "graph.from.deduced": ("deducido del resultado", "deduced from the result"),
    "graph.grad.stored": ("gradiente: {grad} (está en .grad)", "gradient: {grad} (it is in .grad)"),
    "graph.grad.passed": ("gradiente: {grad} (pasó por aquí; no se guardó en .grad)", "gradient: {grad} (passed through; not kept in .grad)"),
    "graph.grad.pending": ("gradiente: aún no se calcula", "gradient: not computed yet"),
    "graph.grad.unknown": ("gradiente: no se puede saber", "gradient: cannot be known"),
    "graph.saved.kept": ("guardado", "saved"),
    "graph.saved.freed": ("liberado", "freed"),
    "graph.saved.versions": ("{name}: se guardó la versión {then}, ahora es la {now}", "{name}: version {then} was saved, now it is {now}"),
    "graph.saved.stale": ("modificado tras guardarse", "modified after saving"),
    "graph.head.node": ("nodo", "node"),
    "graph.head.operation": ("operación", "operation"),
    "graph.head.formula": ("fórmula", "formula"),
    "graph.head.shape": ("forma", "shape"),
    "graph.head.value": ("valor", "value"),
    "graph.head.grad": ("gradiente", "gradient"),
    "graph.head.version": ("versión", "version"),
    "graph.head.where": ("dónde", "where"),
    "graph.head.kind": ("tipo", "kind"),
    "graph.head.saved": ("tensores guardados", "saved tensors"),
    "graph.head.edge": ("arista", "edge"),
    "graph.head.local": ("derivada local", "local derivative"),
    "graph.head.number": ("su valor", "its value"),
    "graph.head.flow": ("gradiente que regresó", "gradient that went back"),
    "graph.note.folded": ("{hidden} de {total} nodos están plegados; depth=… muestra más niveles.",
        "{hidden} of {total} nodes are folded; depth=… shows more levels."),
    "graph.note.more": ("La gráfica es más grande: solo se leyó la parte más cercana al resultado.",
        "The graph is larger: only the part nearest to the result was read."),
    "graph.note.deduced": ("La suma no guarda sus constantes: su valor se deduce del resultado, y también un nombre con «?».",
        "A sum does not save its constants: their values are deduced from the result, as is a name with “?”."),
    "graph.note.freed": ("Liberado: backward() soltó los tensores guardados. Con retain_graph=True se conservan.",
        "Freed: backward() let go of the saved tensors. With retain_graph=True they stay."),
    "graph.note.stale": ("⚠ Un tensor guardado se modificó en el lugar (in-place) después: backward() fallará.",
        "⚠ A saved tensor was modified in place afterwards: backward() will fail."),
    "graph.error.type": ("graph() dibuja la historia de un tensor, o de una lista de tensores; recibió {type}.",
        "graph() draws the history of a tensor, or of a list of tensors; it got {type}."),
    "graph.error.depth": ("depth es un entero positivo o None; recibió {depth}.", "depth is a positive integer or None; got {depth}."),
    "graph.error.direction": ("direction es 'TB' (de arriba abajo) o 'LR' (de izquierda a derecha); recibió {direction}.",
        "direction is 'TB' (top to bottom) or 'LR' (left to right); got {direction}."),
    "graph.error.ending": ("No sé escribir {path!r}: el nombre debe terminar en .svg, .html, .png, .pdf o .txt.",
        "I cannot write {path!r}: the name must end in .svg, .html, .png, .pdf or .txt."),
    # -- magics
    "magic.graph.what": ("%graph necesita qué dibujar: el nombre de un tensor o una expresión, como en «%graph f».",
        "%graph needs something to draw: a tensor's name or an expression, as in “%graph f”."),
    "magic.trace.what": (
        "%trace necesita una función y un punto, como en «%trace f x=2. y=5.».",
        "%trace needs a function and a point, as in “%trace f x=2. y=5.”.",
    ),
    "magic.trace.point": (
        "%%trace necesita el punto, nombre por nombre, como en «%%trace x=2. y=5.».",
        "%%trace needs the point, name by name, as in “%%trace x=2. y=5.”.",
    ),
    "magic.gradcheck.point": (
        "%%gradcheck necesita las entradas, nombre por nombre, como en «%%gradcheck x=0.7 y=3.».",
        "%%gradcheck needs the inputs, name by name, as in “%%gradcheck x=0.7 y=3.”.",
    ),
    "magic.no_grad.alone": (
        "%%no_grad no lleva nada en su línea; recibió {given}.",
        "%%no_grad takes nothing on its line; it got {given}.",
    ),
    "magic.graph.nothing": ("La celda no dejó un tensor que dibujar; escribe cuál después de %%graph, como en «%%graph f».",
        "The cell left no tensor to draw; name one after %%graph, as in “%%graph f”."),
    "magic.derivative.what": ("%derivative necesita una función, como en «%derivative th.sigmoid».",
        "%derivative needs a function, as in “%derivative th.sigmoid”."),
    # -- traces
    "trace.primal": ("traza primal", "primal trace"),
    "trace.forward": ("traza de tangentes", "tangent trace"),
    "trace.reverse": ("traza de adjuntos", "adjoint trace"),
    "trace.upwards": ("Los adjuntos se calculan de abajo hacia arriba; += suma una contribución más.",
        "The adjoints are computed from the bottom up; += adds one more contribution."),
    "trace.error.mode": ("mode es 'forward' (modo directo) o 'reverse' (modo reverso); recibió {mode}.", "mode is 'forward' or 'reverse'; got {mode}."),
    "trace.error.inputs": ("trace() necesita el punto: un número para cada uno de {names}, por su nombre.",
        "trace() needs the point: a number for each of {names}, by name."),
    "trace.error.result": (
        "trace() sigue funciones que devuelven un tensor.",
        "trace() follows functions that return a tensor.",
    ),
    "trace.error.constant": (
        "El resultado no depende de las entradas: no hay derivada que seguir.",
        "The result does not depend on the inputs: there is no derivative to follow.",
    ),
    "trace.error.adjoint": (
        "El resultado tiene la forma {shape}: di con seed=... qué adjunto lleva, o redúcelo con .sum().",
        "The result has the shape {shape}: say with seed=... what its adjoint is, or reduce it with .sum().",
    ),
    "trace.error.shape": (
        "La semilla tiene la forma {given}, y aquello a lo que va, {shape}.",
        "The seed has the shape {given}, and what it is for, {shape}.",
    ),
    "trace.error.operation": (
        "trace() no puede seguir {op}: da varios resultados, o no se conoce su valor.",
        "trace() cannot follow {op}: it has several results, or its value is not known.",
    ),
    "trace.error.seed": ("seed lleva una tangente por entrada: hay {inputs} entradas y {seeds} tangentes.",
        "seed holds one tangent an input: there are {inputs} inputs and {seeds} tangents."),
    # -- why, in words
    "magic.why.what": ("%why necesita un tensor: su nombre o una expresión, como en «%why x».",
        "%why needs a tensor: its name or an expression, as in “%why x”."),
    "why.error.type": ("why() explica un tensor; recibió {type}.", "why() explains a tensor; it got {type}."),
    "why.it": ("este tensor", "this tensor"),
    "why.dtype": ("{name} no puede tener gradiente: es de tipo {dtype}, y solo los de punto flotante se derivan.",
        "{name} cannot have a gradient: its dtype is {dtype}, and only floating point is differentiated."),
    "why.constant": ("{name}.grad es None: {name} tiene requires_grad=False. Se creó así, o se hizo bajo no_grad() o con detach().",
        "{name}.grad is None: {name} has requires_grad=False. It was made so, or under no_grad(), or by detach()."),
    "why.intermediate": ("{name}.grad es None: {name} es un resultado intermedio (de {op}), y solo las hojas guardan su gradiente. Para verlo, llama a {name}.retain_grad() antes de backward().",
        "{name}.grad is None: {name} is an intermediate result (of {op}), and only leaves keep their gradient. To see it, call {name}.retain_grad() before backward()."),
    "why.has": ("{name}.grad es {grad}. Otra llamada a backward() le sumaría; para empezar de cero, {name}.grad = None.",
        "{name}.grad is {grad}. Another backward() would add to it; to start from zero, {name}.grad = None."),
    "why.leaf": ("{name}.grad es None: es una hoja con requires_grad=True, pero ningún backward() le ha dejado un gradiente.",
        "{name}.grad is None: it is a leaf with requires_grad=True, but no backward() has left a gradient in it."),
    "why.retained": ("{name}.grad es None: retain_grad() está puesto, pero ningún backward() le ha dejado un gradiente.",
        "{name}.grad is None: retain_grad() is set, but no backward() has left a gradient in it."),
    "why.users": ("De {name} dependen: {users}. Llama a {user}.backward().", "On {name} depend: {users}. Call {user}.backward()."),
    "why.unused": ("Ninguna de tus variables depende de {name}: backward() no puede llegar hasta aquí.",
        "None of your variables depends on {name}: backward() cannot get here."),
    "why.cleared": ("backward() ya pasó por {user}; después, el gradiente de {name} se volvió a poner en None.",
        "backward() has already gone through {user}; afterwards the gradient of {name} was set to None again."),
    "why.late": ("backward() ya pasó por {user} antes de que llamaras a {name}.retain_grad().",
        "backward() had already gone through {user} before you called {name}.retain_grad()."),
    "why.freed": ("La gráfica de {name} ya se liberó: otro backward() fallará, a menos que el anterior lleve retain_graph=True.",
        "The graph of {name} was freed: another backward() fails, unless the one before has retain_graph=True."),
    "why.stale": ("backward() desde {name} fallará: un tensor que {op} guardó se modificó en el lugar (in-place) después.",
        "backward() from {name} will fail: a tensor that {op} saved was modified in place afterwards."),
    # -- the two passes, step by step
    "steps.given": ("{name} = {value} ({word}).", "{name} = {value} ({word})."),
    "steps.computed": ("{name} = {expression} = {value}.", "{name} = {expression} = {value}."),
    "steps.seed": ("El paso hacia atrás empieza en {name}: su adjunto es {gradient}.", "The backward pass starts at {name}: its adjoint is {gradient}."),
    "steps.back": ("A {name} le llega {arrives}, y ∂{name}/∂{source} = {formula}{local}. Por la regla de la cadena, a {source} le toca {arrives}·{factor} = {product}.",
        "At {name} arrives {arrives}, and ∂{name}/∂{source} = {formula}{local}. By the chain rule, {source} gets {arrives}·{factor} = {product}."),
    "steps.sent": ("A {name} le llega ḡ = {arrives}. Por la regla de la cadena, a {source} le toca {formula} = {product}.",
        "At {name} arrives ḡ = {arrives}. By the chain rule, {source} gets {formula} = {product}."),
    "steps.summed": ("(Se suma a la forma {shape}: {source} se usó varias veces.)", "(Summed to the shape {shape}: {source} was used several times.)"),
    "steps.adds": ("{source} ya tenía {before} de otro camino, y los caminos se suman: {before} + {more} = {total}.",
        "{source} already had {before} from another path, and paths add: {before} + {more} = {total}."),
    "steps.leaf": ("El gradiente de {name} está completo: {total}. backward() lo suma a {name}.grad.",
        "The gradient of {name} is complete: {total}. backward() adds it to {name}.grad."),
    "steps.nothing": ("A {name} no le llega nada: su .grad se queda como está.", "Nothing arrives at {name}: its .grad stays as it is."),
    "steps.error.constant": ("Este tensor no requiere gradiente: no hay nada que recorrer hacia atrás.",
        "This tensor does not require grad: there is nothing to walk back through."),
    "steps.error.scalar": ("El paso hacia atrás empieza en un solo número; aquí la forma es {shape}. Da gradient=..., o reduce con .sum().",
        "The backward pass starts at a single number; here the shape is {shape}. Give gradient=..., or reduce with .sum()."),
    "steps.error.gradient": ("gradient debe ser un tensor de la forma del resultado, {shape}.", "gradient must be a tensor of the result's shape, {shape}."),
    "steps.error.long": ("La gráfica tiene {count} operaciones o más; paso a paso se recorren hasta {most}. Prueba con menos repeticiones.",
        "The graph has {count} operations or more; up to {most} are walked step by step. Try with fewer repetitions."),
    "why.detached": (
        "{name}.grad es None: {name} está desligado de su historia por {how}, en {place}. Ningún gradiente regresa por ahí.",
        "{name}.grad is None: {name} was cut off from its history by {how}, at {place}. No gradient comes back that way.",
    ),
    "why.no_grad": (
        "{name}.grad es None: {name} se calculó bajo {mode}(), en {place}: nada quedó registrado.",
        "{name}.grad is None: {name} was computed under {mode}(), at {place}: nothing was recorded.",
    ),
    "why.constants": (
        "{name}.grad es None: {name} se calculó en {place} solo a partir de constantes. Pide requires_grad=True en tus "
        "parámetros antes de esa línea.",
        "{name}.grad is None: {name} was computed at {place} from constants alone. Ask for requires_grad=True in your "
        "parameters before that line.",
    ),
    "why.made_of": (
        "{name}.grad es None: {name} se calculó a partir de {source}, en {place}, y {source} ya no tenía historia.",
        "{name}.grad is None: {name} was computed from {source}, at {place}, and {source} had no history by then.",
    ),
    "why.after_cut": (
        "{name}.grad es None: se calculó con algo que quedó desligado de su historia en {place}.",
        "{name}.grad is None: it was computed from something that was cut off from its history at {place}.",
    ),
    "why.after_no_grad": (
        "{name}.grad es None: se calculó con algo hecho bajo {mode}(), en {place}.",
        "{name}.grad is None: it was computed from something made under {mode}(), at {place}.",
    ),
    "why.rebuilt": (
        "{name}.grad es None: en {place} se hizo un tensor nuevo con los números de {source}, sin su historia.",
        "{name}.grad is None: at {place} a new tensor was made of the numbers of {source}, without its history.",
    ),
    "why.silenced": (
        "{name} tiene requires_grad=True, pero es una hoja: se calculó sin historia y se le puso después ({place}). Así "
        "backward() no da error, pero tampoco llega a tus parámetros: solo llena {name}.grad. Quita esa línea y busca "
        "dónde se perdió la historia (no_grad, detach, .data, NumPy).",
        "{name} has requires_grad=True, but it is a leaf: it was computed without a history, and the flag was set "
        "afterwards ({place}). So backward() raises no error, but does not reach your parameters either: it only fills "
        "{name}.grad. Take that line away and look where the history was lost (no_grad, detach, .data, NumPy).",
    ),
    "why.cut_off": (
        "{name} se usó, pero sin su historia: {place}.",
        "{name} was used, but without its history: {place}.",
    ),
    "why.quietly": (
        "{name} se usó, pero bajo {mode}(): {place}.",
        "{name} was used, but under {mode}(): {place}.",
    ),
    "why.versions": (
        "Se guardó en la versión {saved} y ahora va en la {now}.",
        "It was saved at version {saved}, and is at version {now} now.",
    ),
    "why.written": ("Se modificó en {place}.", "It was modified at {place}."),
    "why.place.cell": ("la celda [{cell}], línea {line} («{code}»)", "cell [{cell}], line {line} (“{code}”)"),
    "why.place.line": ("la línea {line} («{code}»)", "line {line} (“{code}”)"),
    "why.place.file": ("{file}, línea {line} («{code}»)", "{file}, line {line} (“{code}”)"),
    "why.place.unknown": ("una línea que no se vio", "a line that was not seen"),
    "why.scalar": (
        "backward() parte de un solo número, y {name} tiene varios. Redúcelo antes, con .sum() o .mean(), o di de qué "
        "cotangente partir: backward(gradient=...), de la misma forma.",
        "backward() starts from a single number, and {name} has several. Reduce it first, with .sum() or .mean(), or say "
        "which cotangent to start from: backward(gradient=...), of the same shape.",
    ),
    "why.stale_error": (
        "Un tensor que hacía falta para la derivada se modificó in-place después de guardarse. Usa la operación que crea "
        "un tensor nuevo (x = x + 1 en lugar de x += 1), o guarda una copia con .clone() antes de modificarlo.",
        "A tensor that the derivative needs was written to in place after it was saved. Use the operation that makes a new "
        "tensor (x = x + 1 rather than x += 1), or keep a copy with .clone() before writing.",
    ),
    "why.float_only": (
        "Derivar es preguntar qué pasa al mover un número un poquito, y un entero no se puede mover un poquito. Usa "
        "números con punto decimal (1. en lugar de 1) o conviértelos con .float().",
        "To differentiate is to ask what happens when a number moves a little, and an integer cannot move a little. Use "
        "numbers with a decimal point (1. rather than 1), or convert them with .float().",
    ),
    "why.unused_input": (
        "El resultado no depende de uno de los tensores por los que preguntas. Si es lo que esperabas, escribe "
        "allow_unused=True y recibirás None.",
        "The result does not depend on one of the tensors that you ask for. If that is what you expect, write "
        "allow_unused=True and you get None.",
    ),
    "why.error.unknown": (
        "De este error no sé decir más que lo que él mismo dice: {error}",
        "Of this error I can say no more than it says itself: {error}",
    ),
    "gradcheck.apart": ("diferencia", "difference"),
    "gradcheck.wrong": (
        "En {count} lugares la derivada no es el límite de los cocientes (✗):",
        "In {count} places the derivative is not the limit of the quotients (✗):",
    ),
    "gradcheck.error.inputs": (
        "gradcheck() necesita el punto, nombre por nombre: gradcheck(f, x=2., y=5.).",
        "gradcheck() needs the point, name by name: gradcheck(f, x=2., y=5.).",
    ),
    "gradcheck.error.result": (
        "gradcheck() comprueba funciones que devuelven un solo número, como tensor. Reduce el resultado con .sum().",
        "gradcheck() checks functions that return one number, as a tensor. Reduce the result with .sum().",
    ),
    "tree.error.type": ("tree() muestra los parámetros de un nn.Module; recibió {type}.", "tree() shows the parameters of an nn.Module; it got {type}."),
    "tree.head.name": ("parámetro", "parameter"),
    "tree.head.shape": ("forma", "shape"),
    "tree.head.dtype": ("tipo", "dtype"),
    "tree.head.size": ("números", "numbers"),
    "tree.total": ("En total, {total} números.", "{total} numbers in all."),
    # -- widgets
    "widget.fault.again": ("Intentar de nuevo", "Try again"),
    "widget.fault.where": ("Línea {line} de {name}:", "Line {line} of {name}:"),
    "widget.fault.script": ("El dibujo falló; los números siguen en Python.", "The drawing failed; the numbers are still in Python."),
    "derivative.title": ("Función y derivada", "Function and derivative"),
    "derivative.function": ("función", "function"),
    "derivative.point": ("punto x", "point x"),
    "derivative.above": ("La función y su tangente", "The function and its tangent"),
    "derivative.below": ("La derivada: la pendiente en cada punto", "The derivative: the slope at each point"),
    "derivative.quotients": ("Error del cociente de diferencias según h", "Error of the difference quotient against h"),
    "derivative.forward": ("hacia adelante, (f(x+h) − f(x))/h", "forward, (f(x+h) − f(x))/h"),
    "derivative.central": ("central, (f(x+h) − f(x−h))/2h", "central, (f(x+h) − f(x−h))/2h"),
    "derivative.short.forward": ("hacia adelante", "forward"),
    "derivative.short.central": ("central", "central"),
    "derivative.quotient": ("cociente", "quotient"),
    "derivative.step": ("paso h", "step h"),
    "derivative.numerical": ("cociente con h = {h}", "quotient with h = {h}"),
    "derivative.error": ("su error", "its error"),
    "derivative.exact": ("sin error visible", "no error to be seen"),
    "derivative.tangent": ("tangente", "tangent"),
    "derivative.secant": ("secante", "secant"),
    "derivative.drag": ("El punto sobre la curva; muévelo con el ratón o con las flechas", "The point on the curve; move it with the mouse or the arrow keys"),
    "derivative.at": ("En x = {x}, {name}(x) = {value} y la pendiente es {slope}.", "At x = {x}, {name}(x) = {value} and the slope is {slope}."),
    "derivative.truncation": ("Con este h domina el truncamiento: la curva se dobla entre los puntos. Un h menor ayuda.",
        "With this h truncation rules: the curve bends between the points. A smaller h helps."),
    "derivative.rounding": ("Con este h domina el redondeo: se restan dos números casi iguales. Un h mayor ayuda.",
        "With this h rounding rules: two nearly equal numbers are subtracted. A larger h helps."),
    "derivative.balance": ("Este h está cerca del mejor: truncamiento y redondeo se equilibran. La diferenciación automática no tiene ninguno de los dos.",
        "This h is near the best: truncation and rounding balance. Automatic differentiation has neither."),
    "derivative.neither": ("Aquí ningún h acierta: no hay una sola pendiente a la que acercarse.",
        "No h is right here: there is no single slope to come near to."),
    "derivative.kink": ("En x = {x}, {name} tiene un punto anguloso: la pendiente es {left} por la izquierda y {right} por la derecha; la regla de la operación elige {chosen}.",
        "At x = {x}, {name} has a kink: the slope is {left} on the left and {right} on the right; the operation's rule chooses {chosen}."),
    "derivative.break": ("En x = {x}, {name} salta: ahí no hay derivada.", "At x = {x}, {name} jumps: there is no derivative there."),
    "derivative.error.range": ("range lleva dos números, el menor primero, como range=(-4, 4); recibió {range}.",
        "range holds two numbers, the smaller first, as in range=(-4, 4); it got {range}."),
    "derivative.error.order": ("order es un entero de 1 a 4; recibió {order}.", "order is an integer from 1 to 4; it got {order}."),
    "derivative.error.x": ("x es un número; recibió {x}.", "x is a number; it got {x}."),
    "derivative.error.preset": ("No conozco {name}; conozco {names}.", "I do not know {name}; I know {names}."),
    "derivative.error.function": ("derivative() dibuja una función de un número, o el nombre de una; recibió {type}.",
        "derivative() draws a function of one number, or the name of one; it got {type}."),
    "derivative.error.result": ("La función debe devolver un número, como tensor; devolvió {type}.",
        "The function must return a number, as a tensor; it returned {type}."),
    "derivative.error.shape": ("La función debe devolver un número por cada x; devolvió un tensor de forma {shape}.",
        "The function must return one number for each x; it returned a tensor of shape {shape}."),
    "stepper.title": ("Paso a paso: {name}", "Step by step: {name}"),
    "stepper.moves": ("paso a paso, {all} pasos", "step by step, {all} steps"),
    "stepper.graph": ("Gráfica de cómputo", "Computation graph"),
    "stepper.player": ("Paso a paso", "Step by step"),
    "stepper.restart": ("Inicio", "Start"),
    "stepper.back": ("Atrás", "Back"),
    "stepper.play": ("Reproducir", "Play"),
    "stepper.pause": ("Pausa", "Pause"),
    "stepper.next": ("Siguiente", "Next"),
    "stepper.end": ("Final", "End"),
    "stepper.hint.restart": ("Volver al inicio (tecla Inicio)", "Back to the start (Home key)"),
    "stepper.hint.back": ("Un paso atrás (flecha izquierda)", "One step back (left arrow)"),
    "stepper.hint.play": ("Avanzar solo, a la velocidad elegida", "Go on by itself, at the chosen speed"),
    "stepper.hint.next": ("Un paso adelante (flecha derecha)", "One step ahead (right arrow)"),
    "stepper.hint.end": ("Ir al final (tecla Fin)", "To the end (End key)"),
    "stepper.move": ("paso", "step"),
    "stepper.speed": ("velocidad", "speed"),
    "stepper.quiz": ("Predecir antes de ver", "Predict before you see"),
    "stepper.adjoint": ("adjunto", "adjoint"),
    "stepper.begin": (
        "Siguiente calcula el primer valor. Primero van los valores, desde las entradas; luego los gradientes, desde el resultado.",
        "Next computes the first value. First come the values, from the inputs; then the gradients, from the result.",
    ),
    "stepper.phase.start": ("Inicio · {all} pasos", "Start · {all} steps"),
    "stepper.phase.forward": ("Hacia adelante · paso {at} de {all}", "Forward · step {at} of {all}"),
    "stepper.phase.backward": ("Hacia atrás · paso {at} de {all}", "Backward · step {at} of {all}"),
    "stepper.ask.value": ("¿Cuánto vale {name} = {formula}?", "What is {name} = {formula}?"),
    "stepper.ask.given": ("¿Con qué valor entra {name}?", "With which value does {name} come in?"),
    "stepper.ask.seed": ("¿Con qué adjunto empieza {name}?", "With which adjoint does {name} start?"),
    "stepper.ask.gradient": ("¿Qué gradiente le llega a {name}?", "Which gradient comes to {name}?"),
    "stepper.ask.sum": ("Otro camino llega a {name}. ¿Cuánto suma ya su gradiente?", "Another path comes to {name}. What is its gradient in sum?"),
    "stepper.ask.leaf": ("¿Qué queda en {name}.grad?", "What is left in {name}.grad?"),
    "stepper.answer": ("tu respuesta", "your answer"),
    "stepper.check": ("Comprobar", "Check"),
    "stepper.reveal": ("Ver la respuesta", "Show the answer"),
    "stepper.no.number": ("Escribe un número, como 0.25 o -3.", "Write a number, such as 0.25 or -3."),
    "stepper.wrong": ("Aún no. Basta con dos cifras correctas; inténtalo otra vez.", "Not yet. Two good digits are enough; try again."),
    "stepper.wrong.sign": ("El tamaño es correcto; revisa el signo.", "The size is right; look at the sign again."),
    "stepper.score": ("{right} de {asked} a la primera", "{right} of {asked} at once"),
    # -- notes under torch's errors: what happened, in which variable, what to do ----------------
    "name.unknown": ("este tensor", "this tensor"),
    "note.freed": ("El primer backward ya liberó lo que esta gráfica guardaba. Si necesitas recorrerla otra vez, escribe backward(retain_graph=True) la primera; si no, vuelve a calcular el resultado antes de derivarlo de nuevo.",
        "The first backward has already freed what this graph kept. To walk it again, write backward(retain_graph=True) the first time; otherwise compute the result afresh before differentiating it again."),
    "note.leaf_in_place": ("{name} es una hoja con requires_grad=True: modificarla mientras se registra dejaría sin sentido su derivada. Hazlo dentro de «with no_grad():», o calcula un tensor nuevo. No se cambió ningún número.",
        "{name} is a leaf with requires_grad=True: writing to it while it is recorded would leave its derivative without a meaning. Do it inside 'with no_grad():', or compute a new tensor. No number was changed."),
    "note.stale": ("{node} guardó {name} para calcular la derivada, y después se modificó in-place. Usa la operación que crea un tensor nuevo (x = x + 1 en lugar de x += 1), o guarda una copia con .clone() antes de modificarlo.",
        "{node} saved {name} to compute the derivative, and it was written to in place afterwards. Use the operation that makes a new tensor (x = x + 1 rather than x += 1), or keep a copy with .clone() before writing."),
    "note.no_grad_fn": ("{name} no depende de ningún tensor con requires_grad=True, así que no hay nada que derivar. Revisa que tus parámetros lo tengan, y que el cálculo no pase por no_grad, detach, .data o NumPy.",
        "{name} does not depend on any tensor with requires_grad=True, so there is nothing to differentiate. Check that your parameters have it, and that the computation does not go through no_grad, detach, .data or NumPy."),
    "note.no_grad": ("{name} no tiene requires_grad=True: por él no pasará ningún gradiente. Pídelo al crearlo, o con .requires_grad_().",
        "{name} does not have requires_grad=True: no gradient will pass through it. Ask for it when you make it, or with .requires_grad_()."),
    "note.input_no_grad": ("Pediste la derivada respecto a {name}, que no tiene requires_grad=True. Actívalo antes de calcular el resultado.",
        "You asked for the derivative with respect to {name}, which does not have requires_grad=True. Switch it on before computing the result."),
    "note.unused": ("El resultado no depende de {name}. Si es lo que esperabas, escribe allow_unused=True y recibirás None.",
        "The result does not depend on {name}. If that is what you expect, write allow_unused=True and you get None."),
    "note.scalar": ("{name} tiene la forma {shape} y backward() parte de un solo número. Redúcelo antes, con .sum() o .mean(), o di de qué cotangente partir: backward(gradient=...), de la misma forma.",
        "{name} has the shape {shape}, and backward() starts from a single number. Reduce it first, with .sum() or .mean(), or say which cotangent to start from: backward(gradient=...), of the same shape."),
    "note.numpy": ("NumPy no registra lo que calcula, así que la derivada de {name} se perdería sin aviso. Si solo quieres los números, escribe .detach().numpy().",
        "NumPy does not record what it computes, so the derivative of {name} would be lost without a word. If the numbers are all you want, write .detach().numpy()."),
    "note.only_leaves": ("{name} es el resultado de una operación y lo requiere porque sus operandos lo requieren. Para seguir sin derivarlo usa .detach().",
        "{name} is the result of an operation, and requires grad because its operands do. To go on without differentiating it, use .detach()."),
    "note.float_only": ("Derivar es preguntar qué pasa al mover un número un poquito, y un {dtype} no se puede mover un poquito. Usa números con punto decimal (1. en lugar de 1) o conviértelos con .float().",
        "To differentiate is to ask what happens when a number moves a little, and an {dtype} cannot move a little. Use numbers with a decimal point (1. rather than 1), or convert them with .float()."),
    "note.float_needed": ("{name} divide, y los enteros no alcanzan para el resultado. Conviértelos antes con .float().",
        "{name} divides, and integers cannot hold the result. Convert them first with .float()."),
    "note.deepcopy": ("{name} lleva consigo la historia de su cálculo, que no se copia. Copia los números con .detach().clone().",
        "{name} carries the history of its computation, which is not copied. Copy the numbers with .detach().clone()."),
    "note.broadcast": ("Las formas {left} y {right} no son compatibles. Comparadas de derecha a izquierda, en cada dimensión los tamaños deben ser iguales, o uno de ellos 1.",
        "The shapes {left} and {right} do not go together. Compared from right to left, the sizes of each dimension must be equal, or one of them 1."),
    "note.matmul": ("En un producto de matrices, la última dimensión del primero ({m}) debe ser igual a la penúltima del segundo ({k}). Mira las formas con .shape; quizá falte una transpuesta, .T.",
        "In a matrix product the last dimension of the first ({m}) must equal the last but one of the second ({k}). Look at the shapes with .shape; perhaps a transpose, .T, is missing."),
    "note.matmul_0d": ("Un tensor de 0 dimensiones es un solo número: para multiplicar por él usa *.",
        "A tensor of 0 dimensions is a single number: to multiply by it, use *."),
    "note.same_dtype": ("Esta operación no mezcla tipos. Convierte uno con .to(otro.dtype).",
        "This operation does not mix dtypes. Convert one with .to(other.dtype)."),
    "note.tensor_expected": ("Aquí hace falta un tensor y llegó {given}. Conviértelo con tensor(...).",
        "A tensor is needed here, and a {given} came. Convert it with tensor(...)."),
    "note.dimension": ("El tensor tiene {ndim} dimensiones; se numeran desde 0, y desde -1 contando hacia atrás.",
        "The tensor has {ndim} dimensions; they count from 0, and from -1 backwards."),
    "note.shape": ("Una forma nueva debe tener tantos números como la de antes, {count}. Un -1 deja que esa dimensión se calcule sola.",
        "A new shape must hold as many numbers as the old one, {count}. A -1 lets that dimension be worked out."),
    "note.view": ("Los números de {name} no están en la memoria en un orden que esta forma pueda mostrar sin copiarlos. .reshape(...) los copia si hace falta.",
        "The numbers of {name} do not lie in memory in an order that this shape could show without a copy. .reshape(...) copies them if it has to."),
    "note.size": ("El tamaño se escribe con enteros: zeros(2, 3) o zeros((2, 3)).", "A size is written with integers: zeros(2, 3) or zeros((2, 3))."),
    "note.data": ("Un tensor se hace con números: uno solo, listas de números, o un arreglo de NumPy.",
        "A tensor is made of numbers: a single one, lists of numbers, or a NumPy array."),
    "note.ragged": ("Todas las filas deben tener la misma longitud.", "All the rows must have the same length."),
    "note.cat": ("cat pega tensores a lo largo de la dimensión {dim}: en todas las demás sus tamaños deben coincidir.",
        "cat joins tensors along dimension {dim}: in all the others their sizes must agree."),
    "note.stack": ("stack pone los tensores lado a lado en una dimensión nueva: todos deben tener la misma forma.",
        "stack puts the tensors side by side along a new dimension: all must have the same shape."),
    "note.out_of_bounds": ("Con tamaño {size}, los índices van de 0 a {last}, o de -1 a -{size} desde el final.",
        "With size {size}, indices go from 0 to {last}, or from -1 to -{size} counted from the end."),
    "note.too_many": ("El tensor tiene {ndim} dimensiones y el índice nombra más.", "The tensor has {ndim} dimensions, and the index names more."),
    "note.step": ("El paso debe ser positivo. Para invertir el orden usa .flip(dim).", "The step must be positive. To reverse the order, use .flip(dim)."),
    "note.index_dtype": ("Para elegir elementos usa enteros (sus posiciones) o booleanos (una máscara).",
        "To pick elements use integers (their places) or booleans (a mask)."),
    "note.mask": ("Una máscara debe tener la forma de lo que elige.", "A mask must have the shape of what it picks from."),
    "note.mask_bool": ("{name} debe ser una comparación, como x > 0, o un tensor convertido con .bool().",
        "{name} must be a comparison, such as x > 0, or a tensor converted with .bool()."),
    "note.overlap": ("{name} muestra varias veces el mismo número de la memoria (lo hace expand): escribir en él cambiaría varios a la vez. Haz antes una copia con .clone().",
        "{name} shows the same number of its memory several times (expand does that): writing to it would change several at once. Make a copy first, with .clone()."),
    "note.read_only": ("La memoria de {name} es de un arreglo de NumPy de solo lectura. Haz una copia con .clone().",
        "The memory of {name} belongs to a NumPy array that is read-only. Make a copy with .clone()."),
    "note.view_refused": ("{name} es una vista: comparte memoria con otro tensor. Usa la operación que crea un tensor nuevo, o una copia con .clone(). No se cambió ningún número.",
        "{name} is a view: it shares memory with another tensor. Use the operation that makes a new tensor, or a copy with .clone(). No number was changed."),
    "note.number_expected": ("Aquí hace falta un número y llegó {given}.", "A number is needed here, and a {given} came."),
    "note.arguments": ("{row} no puede calcular con estos argumentos. Revisa sus tipos: enteros para dimensiones y tamaños, números o tensores para los valores.",
        "{row} cannot compute with these arguments. Check their types: integers for dimensions and sizes, numbers or tensors for values."),
    "note.cuda": ("Aquí se calcula en el procesador (cpu), que basta para lo que dibuja un curso. Quita el dispositivo, o escribe device=\"cpu\".",
        "Here everything is computed on the processor (cpu), which is enough for what a course draws. Leave the device out, or write device=\"cpu\"."),
    "note.function_count": ("backward debe dar un gradiente por cada argumento de forward ({expected}) y dio {got}. Para los que no se derivan, da None.",
        "backward must give one gradient for each argument of forward ({expected}), and gave {got}. For those that are not differentiated, give None."),
}
# fmt: on
