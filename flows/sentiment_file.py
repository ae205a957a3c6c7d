"""The sentiment back end that the settings name: a shipped one, or weights of one's own."""

from pathlib import Path
from zipfile import BadZipFile

from flows.settings_schema import SentimentSettings
from operators.errors import InputError
from operators.sentiment import Backend, load, own


def load_configured(settings: SentimentSettings, settings_file: str = "") -> Backend:
    """Load the back end; a file of one's own is found relative to the folder of the settings.

    Raises InputError for a file that `tingfeng train` did not write.
    """
    if not settings.file or settings.backend != "linear":
        return load(settings.backend, settings.weights)
    file = Path(settings_file).parent / settings.file
    try:
        return own(file.read_bytes())
    except (OSError, EOFError, BadZipFile, KeyError, ValueError) as error:
        msg = f"{file}: not weights that `tingfeng train` wrote ({error})"
        raise InputError(msg) from error
