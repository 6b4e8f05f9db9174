"""The words of both languages, in one catalogue; the laboratory adds its own (lab.texts). Leans on nothing.

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
    "cli.help.command": ("open (si no se indica): pone el curso en DIR y lo abre; handout: lo pone sin soluciones y no lo abre, para repartirlo (si no se indica DIR: autodiff-lab-handout); grade: ejecuta los cuadernos de DIR (si no se indica, aquí) y escribe qué ejercicios están resueltos, en CSV; ci-template: pone en DIR (si no se indica, aquí) lo necesario para que tus cuadernos se ejecuten como pruebas",
        "open (the default): put the course into DIR and open it; handout: put it there without solutions and do not open it, to hand it out (default DIR: autodiff-lab-handout); grade: run the notebooks in DIR (default: here) and write which exercises are done, as CSV; ci-template: put into DIR (default: here) what it takes to run your notebooks as tests"),
    "cli.grade.failed": ("no se pudo ejecutar hasta el final", "could not be run to its end"),
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
    # -- notes under torch's errors: what happened, in which variable, what to do
    "name.unknown": ("este tensor", "this tensor"),
    "note.freed": ("El primer backward ya liberó lo que esta gráfica guardaba. Si necesitas recorrerla otra vez, escribe backward(retain_graph=True) la primera; si no, vuelve a calcular el resultado antes de derivarlo de nuevo.",
        "The first backward has already freed what this graph kept. To walk it again, write backward(retain_graph=True) the first time; otherwise compute the result afresh before differentiating it again."),
    "note.leaf_in_place": ("{name} es una hoja con requires_grad=True: modificarla mientras se registra dejaría sin sentido su derivada. Hazlo dentro de «with no_grad():», o calcula un tensor nuevo. No se cambió ningún número.",
        "{name} is a leaf with requires_grad=True: writing to it while it is recorded would leave its derivative without a meaning. Do it inside 'with no_grad():', or compute a new tensor. No number was changed."),
    "note.stale": ("{node} guardó {name} para calcular la derivada, y después se modificó in-place. Usa la operación que crea un tensor nuevo (x = x + 1 en lugar de x += 1), o guarda una copia con .clone() antes de modificarlo.",
        "{node} saved {name} to compute the derivative, and it was written to in place afterwards. Use the operation that makes a new tensor (x = x + 1 rather than x += 1), or keep a copy with .clone() before writing."),
    "note.no_grad_fn": ("{name} no depende de ningún tensor con requires_grad=True, así que no hay nada que derivar. Revisa que tus parámetros lo tengan, y que el cálculo no pase por no_grad, detach, .item(), .data o NumPy. Si es un gradiente, pídelo con create_graph=True.",
        "{name} does not depend on any tensor with requires_grad=True, so there is nothing to differentiate. Check that your parameters have it, and that the computation does not go through no_grad, detach, .item(), .data or NumPy. If it is a gradient, ask for it with create_graph=True."),
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
    "note.truth": ("{name} tiene {count} números, y un if (o and, or, not) pide una sola respuesta. Para elegir número por número usa where(condición, a, b); para una respuesta de todos juntos, .all() o .any().",
        "{name} has {count} numbers, and an if (or and, or, not) asks for a single answer. To choose number by number use where(condition, a, b); for one answer from all of them, .all() or .any()."),
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
