"""Every Redis key, named once. FL-BT's begin with `flbt:`, arq's with `arq:`.

| key                    | kind   | holds                                                                        |
| ---------------------- | ------ | ---------------------------------------------------------------------------- |
| flbt:queue:LANE        | zset   | arq's queue of a lane: job ids by whose turn it is, without those in work; a |
|                        |        | channel of that name tells workers of new jobs                               |
| flbt:turns:LANE        | hash   | chat or person → their last round, and `#now`, `#next`, `#at`: see turn.lua  |
| flbt:request:ID        | hash   | request (JSON), track, phase, failure (JSON), card, closed_at; whether it    |
|                        |        | was counted, and the seconds that its asker and chat may have within a day   |
| flbt:parts:ID          | hash   | the delivery's ledger: part id → JSON                                        |
| flbt:attended:PLATFORM | zset   | requests whose card is not yet final, by time; the front end's work list     |
| flbt:changes:PLATFORM:SHARD | stream | ids of changed requests, for the platform's front ends: changes.py     |
| flbt:chat:CHAT         | zset   | a chat's requests, by time                                                   |
| flbt:asker:ASKER       | zset   | a person's requests, by time                                                 |
| flbt:song:SOURCE       | string | title and length of a song (JSON)                                            |
| flbt:track:ID          | hash   | source, model, progress, called (JSON), lane, chat, asker, attempt, starts,  |
|                        |        | and in work the turn that its job had                                        |
| flbt:made:ID           | string | what the store has of a track (JSON), which may be nothing; for a day        |
| flbt:followers:ID      | set    | requests waiting for the track; empty while it runs means: cancelled         |
| flbt:wants:ID          | set    | renditions (JSON) that requests wait for                                     |
| flbt:lease:ID          | string | the worker that has the track; it expires without the worker's heartbeat     |
| flbt:awaited           | set    | tracks with followers                                                        |
| flbt:running           | set    | tracks in work                                                               |
| flbt:recovering        | string | the worker that looks for lost tracks in this period; expires                |
| flbt:recovered-to      | string | how far the look for awaited tracks without a job has come                   |
| flbt:tidying           | string | the worker that removes old results in these ten minutes; expires            |
| flbt:workers           | zset   | workers by last heartbeat, for `doctor` and `/status`                        |
| flbt:worker:NAME       | string | versions of a worker's parts, models that it has (JSON); it expires without  |
|                        |        | a heartbeat                                                                  |
| flbt:able              | zset   | models that are not fetched on use, by the last time a worker had them       |
| flbt:maker             | string | the recipe (JSON) of the worker that started last: engine, bit rate          |
| flbt:recipes           | zset   | recipes (JSON) of workers by the last heartbeat of one that has it           |
| flbt:health:LANE       | string | arq's health key of a worker's lane while its loop runs; it expires          |
| flbt:fronts            | zset   | platforms by the time at which their front end last read its work list       |
| flbt:took              | list   | durations of the last tracks in seconds, newest first, for estimates         |
| flbt:people            | hash   | owner, their language, pairing code, names of people let in, the page's keys |
| flbt:allowed           | set    | chats and people let in                                                      |
| flbt:refused           | set    | persons and groups about whom the owner is not asked again                   |
| flbt:stranger:NAME     | string | a person or group without access (JSON): names, address; half a year         |
| flbt:stranger-said:NAME | list  | their last messages until the owner's answer (JSON), for a week              |
| flbt:strangers:PLATFORM | zset  | those who wait for the owner's answer, by time                               |
| flbt:strangers:untold:PLATFORM | zset | those of them about whom the owner has to be asked yet, by time         |
| flbt:strangers:pace:PLATFORM | string | how many the owner was asked about within an hour; expires              |
| flbt:told:PERSON       | string | a stranger was told that the bot is closed; expires                          |
| flbt:minutes:WHOSE:NAME | hash  | a person's or a chat's music of the last day: request → when, how long, made |
| flbt:rate:PERSON       | hash   | a person's message bucket: level, time, and whether they are answered        |
| flbt:wish:CHAT         | string | a chat's preferences (JSON)                                                  |
| flbt:files:PLATFORM:ID | hash   | files of a track that the platform has: track/rendition/name → its id there; |
|                        |        | half a year                                                                  |
| flbt:known:PLATFORM    | hash   | the same of all tracks, by versions up to 0.1.0; half a year                 |
| flbt:sent:PLATFORM:ID  | hash   | deliveries of a track: order and recipe → plan (JSON)                        |
| flbt:held:ID           | hash   | chats that got files of a track: `1`; or forgot it: `0`                      |
| flbt:repertoire:CHAT   | hash   | songs that a chat got: a digest of the files → time, words, names (JSON)     |
| flbt:asks-in:PERSON    | zset   | chats where a person asked for songs of a repertoire, by time                |
| flbt:pictured:ID       | set    | chats where a card shows the picture of a track                              |
| flbt:practice:at:CHAT:MESSAGE | hash | a choice for practice under a message: 0 or 1 by stem's letter, t, k |
| flbt:practice:of:PERSON | string | the last choice for practice: stems left out, and the effect's code          |
| flbt:picked:CHAT:MESSAGE | string | a choice of stems under a message: number of stems, and letters            |
| flbt:group:CHAT        | string | a group's further settings (JSON): every link, language                      |
| flbt:playlists:PLATFORM | hash  | open playlists: id → run (JSON)                                              |
| flbt:tally:DAY         | hash   | ends of requests on a day (2026-11-22): `done`, `cancelled`, a reason        |
| flbt:leftover:ID       | hash   | songs sent together, not all of which fit: who, why, card; request → JSON or |
|                        |        | '' when in line; file → why it is left out; for a day                        |
| flbt:leftovers:PLATFORM | zset  | those whose message has to be sent or changed, by time of change             |
| flbt:album:CHAT:ID     | hash   | state of an album's files together: heard, called; for ten minutes           |
| flbt:listing:ID        | string | a playlist's listing (JSON), for ten minutes                                 |
| flbt:listing-asked:ID  | string | a playlist's listing was requested; expires when the answer is overdue       |
| flbt:search:ID         | string | what a search found (JSON), for ten minutes; ID is a digest of its words     |
| flbt:search-asked:ID   | string | a search was requested; expires when the answer is overdue                   |
| flbt:found:ID          | string | one person's search, its hits and its message (JSON), for a day              |
| flbt:searches:PLATFORM | zset   | those whose answer is awaited or whose message is not final, by time         |
| flbt:rate-search:PERSON | hash  | a person's bucket of searches, as that of messages                           |
| flbt:providers         | hash   | provider → its standing (JSON): up or resting, since when, why               |
| flbt:commands:PLATFORM | string | a digest of the commands that the platform was told                          |
| flbt:heard:PLATFORM    | hash   | private chat, or `groups` → the id of the last handled message there         |
| flbt:language:PERSON   | string | the last known language of a person whose messages tell none; half a year     |
| flbt:providers:told    | hash   | provider → `up` or `down`, as last told to the owner                         |
| flbt:cause-told:REASON | string | the owner was told that songs fail for this reason; expires                  |
"""

QUEUE = "flbt:queue:studio"
AWAITED = "flbt:awaited"
RUNNING = "flbt:running"
RECOVERING = "flbt:recovering"
TIDYING = "flbt:tidying"
RECOVERED_TO = "flbt:recovered-to"
WORKERS = "flbt:workers"
FRONTS = "flbt:fronts"
RECIPE = "flbt:maker"
RECIPES = "flbt:recipes"
TOOK = "flbt:took"
ABLE = "flbt:able"
PEOPLE = "flbt:people"
ALLOWED = "flbt:allowed"
REFUSED = "flbt:refused"
PROVIDERS = "flbt:providers"
PROVIDERS_TOLD = "flbt:providers:told"

#: Seconds for which a closed request, its ledger and its track's state are kept: a week.
KEEP_CLOSED = 7 * 24 * 3600
#: Seconds for which the list of a chat's or a person's requests is kept after the last one: four weeks.
KEEP_LISTED = 4 * KEEP_CLOSED
KEEP_PRACTICE = 365 * 24 * 3600
#: Seconds for which a track's deliveries are kept after its last request: half a year.
KEEP_SENT = 180 * 24 * 3600
#: Seconds for which songs that did not fit can be started by the button: a day.
KEEP_LEFTOVER = 24 * 3600
#: Seconds for which the hits of a search can be taken: a day.
KEEP_SEARCH = 24 * 3600
#: Requests kept per chat.
KEEP_PER_CHAT = 50
#: Durations of tracks kept for the estimate of the wait.
KEEP_TOOK = 20
#: Parts of a platform's chats; each has a stream of changes, and one front end that attends to it.
SHARDS = 16
#: Milliseconds after which a lease without a heartbeat expires: three missed beats.
LEASE_MS = 10_000


def queue(lane: str) -> str:
    return f"flbt:queue:{lane}"


def turns(lane: str) -> str:
    return f"flbt:turns:{lane}"


def asker(name: str) -> str:
    return f"flbt:asker:{name}"


def request(request_id: str) -> str:
    return f"flbt:request:{request_id}"


def parts(request_id: str) -> str:
    return f"flbt:parts:{request_id}"


def attended(platform: str) -> str:
    return f"flbt:attended:{platform}"


def changes(platform: str, shard: int | str) -> str:
    return f"flbt:changes:{platform}:{shard}"


def chat(name: str) -> str:
    return f"flbt:chat:{name}"


def song(source: str) -> str:
    """`source`: its key."""
    return f"flbt:song:{source}"


def track(track_id: str) -> str:
    return f"flbt:track:{track_id}"


def made(track_id: str) -> str:
    return f"flbt:made:{track_id}"


def followers(track_id: str) -> str:
    return f"flbt:followers:{track_id}"


def wants(track_id: str) -> str:
    return f"flbt:wants:{track_id}"


def lease(track_id: str) -> str:
    return f"flbt:lease:{track_id}"


def worker(name: str) -> str:
    return f"flbt:worker:{name}"


def health(lane: str) -> str:
    """`lane`: a worker's name in a lane."""
    return f"flbt:health:{lane}"


def stranger(name: str) -> str:
    return f"flbt:stranger:{name}"


def stranger_said(name: str) -> str:
    return f"flbt:stranger-said:{name}"


def strangers(platform: str) -> str:
    return f"flbt:strangers:{platform}"


def strangers_untold(platform: str) -> str:
    return f"flbt:strangers:untold:{platform}"


def strangers_pace(platform: str) -> str:
    return f"flbt:strangers:pace:{platform}"


def told(person: str) -> str:
    return f"flbt:told:{person}"


def rate(person: str) -> str:
    return f"flbt:rate:{person}"


def minutes(whose: str, name: str) -> str:
    """`whose`: `person` or `chat`; in a private chat they have the same name."""
    return f"flbt:minutes:{whose}:{name}"


def preferences(name: str) -> str:
    return f"flbt:wish:{name}"


def known(platform: str) -> str:
    return f"flbt:known:{platform}"


def files(platform: str, track_id: str) -> str:
    return f"flbt:files:{platform}:{track_id}"


def held(track_id: str) -> str:
    return f"flbt:held:{track_id}"


def repertoire(chat: str) -> str:
    return f"flbt:repertoire:{chat}"


def asks_in(person: str) -> str:
    return f"flbt:asks-in:{person}"


def pictured(track_id: str) -> str:
    return f"flbt:pictured:{track_id}"


def practice_at(place: str) -> str:
    """`place`: a chat, and a message in it."""
    return f"flbt:practice:at:{place}"


def practice_of(person: str) -> str:
    return f"flbt:practice:of:{person}"


def picked(place: str) -> str:
    """`place`: a chat, and a message in it."""
    return f"flbt:picked:{place}"


def group(chat: str) -> str:
    return f"flbt:group:{chat}"


def playlists(platform: str) -> str:
    return f"flbt:playlists:{platform}"


def leftover(batch_id: str) -> str:
    return f"flbt:leftover:{batch_id}"


def leftovers(platform: str) -> str:
    return f"flbt:leftovers:{platform}"


def album(place: str) -> str:
    """`place`: a chat, and an album in it."""
    return f"flbt:album:{place}"


def cause_told(reason: str) -> str:
    return f"flbt:cause-told:{reason}"


def tally(day: str) -> str:
    return f"flbt:tally:{day}"


def listing(playlist_id: str) -> str:
    return f"flbt:listing:{playlist_id}"


def listing_asked(playlist_id: str) -> str:
    return f"flbt:listing-asked:{playlist_id}"


def search(search_id: str) -> str:
    return f"flbt:search:{search_id}"


def search_asked(search_id: str) -> str:
    return f"flbt:search-asked:{search_id}"


def found(search: str) -> str:
    """`search`: the id of one person's search."""
    return f"flbt:found:{search}"


def searches(platform: str) -> str:
    return f"flbt:searches:{platform}"


def search_rate(person: str) -> str:
    return f"flbt:rate-search:{person}"


def commands(platform: str) -> str:
    """A digest of the commands that the platform was told."""
    return f"flbt:commands:{platform}"


def language(person: str) -> str:
    """The language of a person's last event that told it; expires."""
    return f"flbt:language:{person}"


def heard(platform: str) -> str:
    """The last message that was handled in each private chat: its channel → the message's id."""
    return f"flbt:heard:{platform}"


def sent(platform: str, track_id: str) -> str:
    return f"flbt:sent:{platform}:{track_id}"


def job(track_id: str, attempt: int) -> str:
    """arq's id of one attempt at a track. Unique per attempt: arq remembers finished and aborted jobs."""
    return f"{track_id}.{attempt}"
