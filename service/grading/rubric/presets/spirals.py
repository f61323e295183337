"""Choose initializers for the spirals: the notebook's S5, in which nothing but the initializers is the student's."""

from __future__ import annotations

from typing import Any

from models.text import LocalizedText
from service.grading.rubric.presets.preset import AssignmentPreset, PresetReference

UNIFORM = {"type": "random_uniform", "minval": 0, "maxval": 1}
HE_AVERAGE = {"type": "variance_scaling", "scale": 2, "mode": "fan_avg", "distribution": "uniform"}
TRAINING = {
    "optimizer": {"type": "sgd", "learning_rate": 0.01},
    "loss": "binary_crossentropy",
    "metrics": ["accuracy"],
    "epochs": 300,
    "batch_size": 32,
    "validation": None,
}
NETWORK = ((40, "relu"), (12, "tanh"), (40, "relu"), (12, "tanh"), (1, "sigmoid"))


def _data(state: int) -> dict[str, Any]:
    """Two spirals of 1000 points each, of which a fifth tests."""
    return {
        "source": {"type": "two_spirals", "n_samples": 1000, "noise": 0.8, "random_state": state},
        "scaler": {"type": "standard", "fit_on": "train"},
        "split": {"type": "random", "test_size": 0.2, "random_state": state, "stratify": False},
    }


def _spec(*initializers: Any, **training: Any) -> dict[str, Any]:
    """The network with these initializers, one a layer, or one for all."""
    chosen = initializers * len(NETWORK) if len(initializers) == 1 else initializers
    layers = [
        {"type": "dense", "units": units, "activation": activation, "kernel_initializer": initializer}
        for (units, activation), initializer in zip(NETWORK, chosen, strict=True)
    ]
    return {"architecture": {"layers": layers}, "training": {**TRAINING, **training}}


def _fixed() -> dict[str, Any]:
    """Everything but the initializers."""
    fixed: dict[str, Any] = {"/architecture/init_sharing": "independent"}
    for number, (units, activation) in enumerate(NETWORK):
        layer = f"/architecture/layers/{number}"
        fixed |= {
            f"{layer}/type": "dense",
            f"{layer}/repeat": 1,
            f"{layer}/units": units,
            f"{layer}/activation": activation,
            f"{layer}/use_bias": True,
        }
        fixed |= {f"{layer}/{name}": None for name in ("kernel_regularizer", "kernel_constraint")}
    return fixed | {
        f"/training/{name}": TRAINING[name] for name in ("optimizer", "loss", "epochs", "batch_size", "validation")
    }


PRESET = AssignmentPreset(
    id="spiral-initializers",
    title=LocalizedText("Choose initializers for the spirals", "Elige inicializadores para las espirales"),
    commentary=LocalizedText(
        "The notebook's S5 with everything fixed but the initializers. It trains 300 epochs, where the notebook trains "
        "200: after 200 the same initializers end anywhere between 0.53 and 1.00, and a grade would be luck; after 300 "
        "all good choices are above 0.9, and after 500 bad ones catch up. The notebook's second reading of He (S5b) "
        "learns as well, but is none of the initializers that the pairing asks for: it loses those points, and passes.",
        "El S5 del cuaderno con todo fijado salvo los inicializadores. Entrena 300 épocas, y el cuaderno 200: tras 200 "
        "los mismos inicializadores acaban entre 0.53 y 1.00, y la nota sería suerte; tras 300 todas las buenas "
        "elecciones pasan de 0.9, y tras 500 las malas las alcanzan. La segunda lectura de He del cuaderno (S5b) "
        "también aprende, pero no es ninguno de los inicializadores que pide el emparejamiento: pierde esos puntos y "
        "aprueba.",
    ),
    pass_mark=70,
    document={
        "title": "Choose initializers for the spirals",
        "statement": {
            "en": "This network learns two spirals wound around each other, or it does not: that depends on how its "
            "weights start. Choose a kernel initializer for each layer, so that each fits the activation behind it; "
            "everything else must stay as it is. Your network is trained on spirals that you have not seen, with "
            "starts that you do not know, five times; the median counts.",
            "es": "Esta red aprende dos espirales enrolladas, o no: depende de cómo empiezan sus pesos. Elige un "
            "inicializador para el núcleo de cada capa, de modo que encaje con su activación; todo lo demás debe "
            "quedar como está. Tu red se entrena con espirales que no has visto y con comienzos que no conoces, cinco "
            "veces; cuenta la mediana.",
        },
        "data": _data(1),
        "hidden_data": _data(2026),
        "seeds": {"count": 5, "aggregate": "median", "max": 15},
        "constraints": {"max_layers": len(NETWORK), "fixed": _fixed()},
        "rubric": [
            {
                "type": "metric",
                "name": "accuracy",
                "metric": "accuracy",
                "split": "test",
                "at_least": 0.8,
                "full_at": 0.9,
                "points": 40,
            },
            {
                "type": "no_finding",
                "name": "no_vanishing",
                "code": "vanishing_gradients",
                "severity": "error",
                "points": 25,
            },
            {
                "type": "no_finding",
                "name": "no_symmetry",
                "code": "symmetric_initialization",
                "severity": "error",
                "points": 15,
            },
            {"type": "initializer_matches_activation", "name": "pairing", "points": 20},
        ],
        "quota": {"submissions_per_day": 10, "concurrent": 1},
    },
    references=(
        PresetReference(
            "S5: He for relu, Glorot for tanh",
            "pass",
            LocalizedText("The notebook's choice.", "La elección del cuaderno."),
            _spec("he_normal", "glorot_normal", "he_uniform", "glorot_normal", "glorot_uniform"),
        ),
        PresetReference(
            "S5b: He's variance over both fans",
            "pass",
            LocalizedText("The notebook's other reading of He.", "La otra lectura de He en el cuaderno."),
            _spec(HE_AVERAGE, "glorot_normal", HE_AVERAGE, "glorot_normal", "glorot_uniform"),
        ),
        PresetReference(
            "He for relu, LeCun for tanh",
            "pass",
            LocalizedText("LeCun's variance suits tanh, too.", "La varianza de LeCun también vale para tanh."),
            _spec("he_normal", "lecun_normal", "he_normal", "lecun_normal", "glorot_uniform"),
        ),
        PresetReference(
            "weights from 0 to 1",
            "fail",
            LocalizedText(
                "The notebook's poor start, in every layer.", "El mal comienzo del cuaderno, en todas las capas."
            ),
            _spec(UNIFORM),
        ),
        PresetReference(
            "zeros",
            "fail",
            LocalizedText("All units of a layer stay alike.", "Todas las unidades de una capa quedan iguales."),
            _spec("zeros"),
        ),
        PresetReference(
            "ones",
            "fail",
            LocalizedText("Alike and saturated.", "Iguales y saturadas."),
            _spec("ones"),
        ),
        PresetReference(
            "small normal weights",
            "fail",
            LocalizedText("Keras's random_normal: the signal fades.", "El random_normal de Keras: la señal se apaga."),
            _spec("random_normal"),
        ),
        PresetReference(
            "S5 with Adam",
            "refused",
            LocalizedText("The training is fixed.", "El entrenamiento está fijado."),
            _spec("he_normal", "glorot_normal", "he_uniform", "glorot_normal", "glorot_uniform", optimizer="adam"),
        ),
    ),
)
