"""Defines the quantities of one layer with a kernel."""

from __future__ import annotations

from typing import Final

from models.quantities.quantity import Quantity
from models.text import LocalizedText

GLOROT: Final = "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks"
HE: Final = "He et al. 2015, arXiv 1502.01852"
SCHOENHOLZ: Final = "Schoenholz et al. 2017, arXiv 1611.01232"
DYING: Final = "Lu et al. 2019, arXiv 1903.06733"
CHECKER: Final = "Ben Braiek & Khomh 2023, Testing feedforward neural networks training programs (TheDeepChecker)"

PER_LAYER: Final = (
    Quantity(
        name="gradient_norm",
        scope="layer",
        symbol=r"g_l",
        unit="loss / weight",
        formula=r"\left\lVert \partial L / \partial W_l \right\rVert_F",
        first_epoch=0,
        text=LocalizedText(
            "How strongly the loss depends on the layer's weights, all together. Shrinking toward the input: the "
            "gradient vanishes; growing toward the input: it explodes.",
            "Cuánto depende la pérdida del conjunto de pesos de la capa. Si decrece hacia la entrada, el gradiente se "
            "desvanece; si crece hacia la entrada, explota.",
        ),
        reference=GLOROT,
    ),
    Quantity(
        name="gradient_rms",
        scope="layer",
        symbol=r"\bar g_l",
        unit="loss / weight",
        formula=r"\left\lVert \partial L / \partial W_l \right\rVert_F / \sqrt{n_{l-1} n_l}",
        first_epoch=0,
        text=LocalizedText(
            "The size of a typical entry of the gradient, so that layers of different size can be compared.",
            "El tamaño de una entrada típica del gradiente, para comparar capas de distinto tamaño.",
        ),
        reference=GLOROT,
    ),
    Quantity(
        name="delta_rms",
        scope="layer",
        symbol=r"d_l",
        unit="loss / pre-activation",
        formula=r"\sqrt{\tfrac{1}{N n_l} \sum_{ij} \delta_{l,ij}^2},\quad \delta_l = \partial L / \partial z_l",
        first_epoch=0,
        text=LocalizedText(
            "The error signal that arrives at the layer on the way back, before the layer's input enters. Its ratio "
            "between layers is the gradient's growth or decay alone.",
            "La señal de error que llega a la capa en el camino de vuelta, antes de que intervenga su entrada. Su "
            "cociente entre capas mide solo el crecimiento o la caída del gradiente.",
        ),
        reference=SCHOENHOLZ,
    ),
    Quantity(
        name="weight_norm",
        scope="layer",
        symbol=r"\lVert W_l \rVert",
        unit="weight",
        formula=r"\left\lVert W_l \right\rVert_F",
        first_epoch=0,
        text=LocalizedText(
            "The size of the layer's kernel. Growing without end: the training diverges, or lacks regularization.",
            "El tamaño del núcleo de la capa. Si crece sin fin, el entrenamiento diverge o le falta regularización.",
        ),
        reference=GLOROT,
    ),
    Quantity(
        name="update_ratio",
        scope="layer",
        symbol=r"u_l",
        unit="1",
        formula=r"\lVert W_l^{t+1} - W_l^{t} \rVert_F / (\lVert W_l^{t} \rVert_F + 10^{-12})",
        first_epoch=1,
        text=LocalizedText(
            "By what share the last step of the epoch changed the kernel. Around a thousandth is usual; far less, and "
            "the layer stands still; far more, and it jumps.",
            "En qué proporción cambió el núcleo el último paso de la época. Lo habitual es alrededor de una milésima; "
            "mucho menos y la capa no se mueve; mucho más y da saltos.",
        ),
        reference=CHECKER,
    ),
    Quantity(
        name="activation_mean",
        scope="layer",
        symbol=r"\bar a_l",
        unit="activation",
        formula=r"\tfrac{1}{N n_l} \sum_{ij} a_{l,ij}",
        first_epoch=0,
        text=LocalizedText(
            "The mean of what the layer passes on. Far from zero, the next layer's gradients share one sign.",
            "La media de lo que la capa entrega. Lejos de cero, los gradientes de la capa siguiente comparten signo.",
        ),
        reference="LeCun et al. 1998, Efficient BackProp, section 4.3",
    ),
    Quantity(
        name="activation_std",
        scope="layer",
        symbol=r"\sigma(a_l)",
        unit="activation",
        formula=r"\sqrt{\tfrac{1}{N n_l} \sum_{ij} (a_{l,ij} - \bar a_l)^2}",
        first_epoch=0,
        text=LocalizedText(
            "The spread of what the layer passes on, over rows and units together.",
            "La dispersión de lo que la capa entrega, sobre filas y unidades a la vez.",
        ),
        reference=GLOROT,
    ),
    Quantity(
        name="signal_std",
        scope="layer",
        symbol=r"s_l",
        unit="activation",
        formula=r"\tfrac{1}{n_l} \sum_j \mathrm{std}_i\,(a_{l,ij})",
        first_epoch=0,
        text=LocalizedText(
            "How much the layer's output differs between rows: what is left of the input. A large output that is the "
            "same for every row carries no signal.",
            "Cuánto difiere la salida de la capa entre filas: lo que queda de la entrada. Una salida grande pero igual "
            "para todas las filas no lleva señal.",
        ),
        reference=HE,
    ),
    Quantity(
        name="saturated_fraction",
        scope="layer",
        symbol=r"\mathrm{sat}_l",
        unit="1",
        formula=r"\tfrac{1}{N n_l}\, \#\{(i,j): |\varphi'(z_{l,ij})| < 0.05\, \max|\varphi'|\}",
        first_epoch=0,
        text=LocalizedText(
            "The share of outputs at which the activation is almost flat, so that hardly any gradient passes. Of a "
            "ReLU that is the share of zeros, of which half is normal.",
            "La proporción de salidas en las que la activación es casi plana y apenas pasa gradiente. En una ReLU es "
            "la proporción de ceros, y la mitad es normal.",
        ),
        reference=GLOROT,
    ),
    Quantity(
        name="dead_fraction",
        scope="layer",
        symbol=r"\mathrm{dead}_l",
        unit="1",
        formula=r"\tfrac{1}{n_l}\, \#\{j: \varphi'(z_{l,ij}) = 0 \text{ for all } i\}",
        first_epoch=0,
        text=LocalizedText(
            "The share of units through which no row sends any gradient back: they cannot learn as long as this "
            "lasts. ReLU units that are never positive are the usual case.",
            "La proporción de unidades por las que ninguna fila devuelve gradiente: mientras dure, no pueden aprender. "
            "El caso habitual son unidades ReLU que nunca son positivas.",
        ),
        reference=DYING,
    ),
)
