"""Tasks of the worker's children, and their results. Paths contain no text from users."""

from abc import abstractmethod
from pathlib import Path

from pydantic import SecretStr, field_serializer

from jobs.models import Amount, Gain, Model, Rendition, Size, Source, Upload, Value, VideoId, Words
from jobs.music.analysis import Analysis
from jobs.music.separation_models import EngineName
from jobs.results import Called, Rendered, StemSum, StoredFile, Tags
from jobs.youtube import PlaylistId, Provider, SearchWords
from worker.child.confinement import Confinement
from worker.child.confinement.online import INDEXES, index_port, node, ports

MOST_REQUESTS = 48  # to YouTube for one track, by all its children together


class Task(Value):
    """A child's task, which determines the child's confinement."""

    @property
    @abstractmethod
    def confinement(self) -> Confinement | None:
        """The confinement of the child that does the task; UNCONFINED for none, in tests alone."""


class OnlineTask(Task):
    """A task of a child that uses YouTube. `requests`: the most it may make."""

    requests: int = MOST_REQUESTS
    proxy: SecretStr | None = None

    @field_serializer("proxy", when_used="json")
    def _open(self, proxy: SecretStr | None) -> str | None:
        """Not masked: the task's JSON goes only into the child's standard input."""
        return proxy.get_secret_value() if proxy else None

    @property
    def confinement(self) -> Confinement | None:
        return Confinement(ports=ports(self.proxy))


class FetchTask(OnlineTask):
    """Fetch `source` to a local file in `output`, an empty folder. `inbox` is the uploaded file, for an `Upload`."""

    source: Source
    output: Path
    inbox: Path | None = None
    max_seconds: float
    provider: Provider = Provider.PYTUBEFIX
    cookies: Path | None = None

    @property
    def confinement(self) -> Confinement | None:
        """An upload is only decoded; for a video, Node runs the player's script."""
        if isinstance(self.source, Upload):
            return Confinement(read=_those(self.inbox), write=(self.output,))
        return Confinement(
            read=_those(self.cookies), write=(self.output,), ports=ports(self.proxy), programs=(node(),), processes=True
        )


class Fetched(Value):
    """A local file that decodes to audio. `cover` is a JPEG or PNG in the output folder, where the source has one."""

    audio: Path
    tags: Tags
    seconds: Amount | None = None  # of an upload, counted; of a download, as the container or the site says
    cover: Path | None = None


class ListingTask(OnlineTask):
    """List the first `most` videos of a playlist."""

    playlist_id: PlaylistId
    most: int = 200
    requests: int = 10


class SearchTask(OnlineTask):
    """Search for `words`, for at most `most` videos."""

    words: SearchWords
    most: int = 12
    requests: int = 3


class TitlesTask(OnlineTask):
    """Look up titles and lengths of videos."""

    video_ids: tuple[VideoId, ...]


class Titles(Value):
    """Titles and lengths, as far as known, by video id."""

    called: dict[str, Called]


class Along(Value):
    """Encode the stems while they are separated, `kbps` kbit/s, into `output/<rendition key>/`."""

    rendition: Rendition
    kbps: int


class NetworkWanted(Value):
    """A network and the engine that runs it. Built once for a track, so that preparation and separation use the same.

    `threads` 0: every core.
    """

    model: Model
    models_dir: Path
    engine: EngineName = "unet"
    threads: int = 0

    @property
    def is_made_ready(self) -> bool:
        """Whether it can be prepared before the song is fetched. The `spleeter` package loads it with the song."""
        return self.engine != "spleeter" or self.model.info.family != "spleeter"


class ModelTask(Task):
    """Fetch the weights of `network`, and derive the files that its engine reads."""

    network: NetworkWanted

    @property
    def confinement(self) -> Confinement | None:
        """Without symbolic links: children read the targets of those in the models' folder."""
        folders = _with_links(self.network.models_dir)
        return Confinement(write=folders, ports=(*ports(None), *index_port()), variables=INDEXES)


class Brought(Value):
    """The result of `ModelTask`: the model is installed."""


class SeparationTask(Task):
    """Separate `audio` into `<stem>.flac` files in `output`, an existing folder.

    `only_ready`: refuse, with MODEL_UNAVAILABLE, when the model has to be fetched or prepared first: this child may not
    write it.

    `seconds`: the song's length, where it is known better than from the header. For the progress only.
    """

    audio: Path
    output: Path
    network: NetworkWanted
    tags: Tags
    cover: Path | None = None
    seconds: float | None = None
    max_seconds: float
    along: tuple[Along, ...] = ()
    only_ready: bool = False

    @property
    def confinement(self) -> Confinement | None:
        return separation_confinement(self.audio, self.output, self.network, self.cover)


class Spent(Value):
    """Work on `music_seconds` of a song: seconds by the clock, and of processor time."""

    music_seconds: Amount
    seconds: Amount
    cpu_seconds: Amount


class Separated(Value):
    """Stems on disk, `samples` long per channel at 44.1 kHz; and the renditions encoded along with them, unless the
    stems had to be turned down in the end. `spent`: on the pieces of the song after the first one.
    """

    samples: Size
    stems: tuple[StoredFile, ...]
    picture: StoredFile | None = None
    thumbnail: StoredFile | None = None
    gain: Gain = 1.0
    late: float = 0.0
    gaps: Amount = 0.0
    notes: tuple[Words, ...] = ()
    engine: Words = ""
    along: tuple[Rendered, ...] = ()
    spent: Spent | None = None
    sum: StemSum | None = None


def separation_confinement(audio: Path, output: Path, network: NetworkWanted, cover: Path | None = None) -> Confinement:
    """For a child that separates; `audio` may be the folder in which the song will be.

    The `spleeter` package reads a checkpoint by links in the workspace.
    """
    return Confinement(
        read=(audio, *_with_links(network.models_dir), *_those(cover)),
        write=(output,),
        symlinks=network.engine == "spleeter",
    )


class AnalysisTask(Task):
    """Analyse the FLAC stems in `stems_dir`: the result is an `Analysis`."""

    stems_dir: Path
    stems: tuple[StoredFile, ...]

    @property
    def confinement(self) -> Confinement | None:
        return Confinement(read=(self.stems_dir,))


class RenderTask(Task):
    """Render `renditions` of the FLAC stems in `stems_dir`, each into `output/<rendition key>/`, existing or not.

    `gain` has been applied to the stored stems. `track_id`, `late` and `gaps` are for renditions that state them.
    `analysis`: of the song, None if there is none. `seconds`: the song's length.
    """

    stems_dir: Path
    stems: tuple[StoredFile, ...]
    gain: float = 1.0
    track_id: str = ""
    late: Amount = 0.0
    gaps: Amount = 0.0
    seconds: Amount = 0.0
    tags: Tags
    cover: Path | None = None
    analysis: Analysis | None = None
    renditions: tuple[Rendition, ...]
    output: Path
    mp3_kbps: int = 320
    threads: int = 0

    @property
    def confinement(self) -> Confinement | None:
        return Confinement(read=(self.stems_dir, *_those(self.cover)), write=(self.output,))


class RenderedSet(Value):
    """The files of each rendition, in the order of the task; the gain of each against the stored stems; its length in
    seconds where it is not the song's at the tempo, else 0; and key and tempo for its name, as in `Rendered`."""

    files: tuple[tuple[StoredFile, ...], ...]
    gains: tuple[Gain, ...]
    seconds: tuple[Amount, ...]
    labels: tuple[Words, ...]


def _with_links(folder: Path) -> tuple[Path, ...]:
    """A folder, and the folders that links in it point to, for large weights on another disk. No child can make
    a link there.
    """
    try:
        return (folder, *(path.resolve() for path in folder.iterdir() if path.is_symlink() and path.is_dir()))
    except OSError:  # not there yet
        return (folder,)


def _those(*paths: Path | None) -> tuple[Path, ...]:
    return tuple(path for path in paths if path is not None)
