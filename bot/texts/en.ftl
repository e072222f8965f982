### What the bot and the terminal say, in English. Short, kind, specific, and with what to do next.

## Meeting

start = Hi! Send me a YouTube link or an audio file, and I’ll send back its stems: the voice alone, and the band alone.

    No link at hand? Write the song’s name, and I look for it on YouTube.

    /settings for drums, bass and piano too, other formats or a zip. /help for the rest.
help = Send me a YouTube link, or a song as an audio file, a video or a voice message. I split it into stems and send them back here.

    “elis águas de março” – I look for that song on YouTube, and you tap the one you meant; /find is the same
    “no drums”, “karaoke”, “only bass” – a mix of the last song, or of the one you reply to; /mix no drums is the same
    “no drums 80% click count-in 1” – slower, with a click and a count-in; /click – the click alone
    /loop 1:02-1:18 x8 75% – a passage again and again; /drill no bass 1:02-1:18 – from slow to fast
    /chords -2 – the chords, in any key; /notes – bass and voice as MIDI
    /daw – stems, click and tempo map for a DAW; /deck – acapella and instrumental for a DJ
    /settings – which stems, which format, album or zip
    /status – what I’m working on for you
    /cancel – stop what I’m working on

    Several links in one message are fine, and so are playlists. Under each result are buttons: backing tracks, a zip, other formats, more stems.

    A song takes about a minute, more when others are in line. Songs can be up to { $limit } long, files up to { $size }.
help-owner = You are my owner:
    When someone new writes to me, I ask you about them.
    /allow – let someone in: as a reply to their message, with their number, or in a group for the whole group
    /deny – the same ways, out again
    /who – whom you let in
    /stats – queue, disk, versions, failures; /status all lists everybody’s songs too

## Menus: one short line for each command

command-start = Say hello
command-help = What I can do
command-find = Find a song: /find elis águas de março
command-status = What I’m working on for you
command-cancel = Stop what I’m working on
command-settings = Stems, format, album or zip
command-allow = Let someone in
command-deny = Let someone in no longer
command-who = Who can use me

## Who may ask

access-closed = This bot is private. Ask its owner to let you in: your number is { $number }.
access-unpaired = This bot is private, and has no owner yet. If it is yours, open the link in its log, or send me /start and the code from there.
access-closed-group = This bot is private. Its owner can send /allow here to let this group in.
stranger-asked = This bot is private, so I’m asking its owner to let you in. I’ll tell you here, and then start with what you send me now.
stranger-asked-group = This bot is private, so I’m asking its owner to let this group in. I’ll tell you here.
stranger = { $name } would like to use me.
stranger-group = { $name } would like to use me in the group “{ $group }”.
button-admit = { $choice ->
        [yes] Let in
       *[no] No
    }
stranger-refused = { $name } stays out, and I won’t ask you again. If you change your mind: /allow { $number }
access-given = You can use me now. Send me a YouTube link or an audio file.
access-given-taken = You can use me now. I’m starting with what you sent.
owner-paired = Welcome! I’m yours now. Send me a YouTube link or an audio file to try me.

    When someone else writes to me, I ask you, and one tap lets them in. In a group, /allow lets in everyone there.
owner-pairing-wrong = This link no longer works. If this bot is yours, start it again and open the link in its log. If not, ask its owner to let you in: your number is { $number }.
allow-done = { $name } can use me now.
allow-known = { $name } could use me already.
allow-group = Everyone in this group can use me now.
allow-how = Reply to someone’s message with /allow, or send /allow and their number. People who write to me need neither: I ask you, and one tap lets them in.
allow-owner-only = Only my owner can let people in.
deny-done = { $name } can’t use me any more.
deny-unknown = { $name } was not among those I let in. /who lists them.
deny-how = Reply to someone’s message with /deny, or send /deny and a number from /who; in a group it ends the whole group’s access.
who-title = Let in by you:
who-nobody = Nobody but you. When someone writes to me, I ask you about them; /allow lets in others.

## Settings

settings-title = What you get for each song here
settings-stems = { $model }: { $stems }
settings-stems-button = { $stems } stems
settings-better = { $model } is better and slower: about { $wait } for a song of four minutes. Its minutes count { $weight } times.
settings-format = Format: { $format }
settings-package = { $package ->
        [zip] Sent as a zip
        [both] Sent as single files and a zip
       *[album] Sent as single files
    }
settings-package-button = { $package ->
        [zip] Zip
        [both] Both
       *[album] Files
    }
settings-saved = Saved.
settings-not-yours = Only the group’s admins can change this.

## Asking

links-none = I found no link and no audio in there. Send me a YouTube link, the name of a song or an audio file.
unknown-command = I don’t know this command. /help lists those that I know.
small-talk-greeting = Hi! Send me a YouTube link or an audio file, and I’ll send back its stems.
small-talk-thanks = You’re welcome!
links-several = { $count ->
        [one] One song, coming up.
       *[other] { $count } songs, one after the other. Each gets its own message.
    }
file-beside-link = I take the file. If you want the link too, send it on its own.
links-rest-refused = { $count ->
        [one] One link in there is not a YouTube video; I left it out.
       *[other] { $count } links in there are not YouTube videos; I left them out.
    }
playlist-one-video = That link is from a playlist; I take the one song.
too-many-open = You have { $limit ->
        [one] one song
       *[other] { $limit } songs
    } in the works, which is as many as I take at a time.
too-many-open-again = Ask again when one is done.
leftover-some = { $done ->
        [one] One of { $count } songs is in line.
       *[other] { $done } of { $count } songs are in line.
    }
leftover-none = { $count } songs wait.
leftover-all = { $count ->
        [one] The song is in line now.
       *[other] All { $count } songs are in line now.
    }
leftover-how = Tap the button when there is room.
leftover-large = { $count ->
        [one] One file is larger than { $limit }, the most that I can fetch: send me a smaller copy.
       *[other] { $count } files are larger than { $limit }, the most that I can fetch: send me smaller copies.
    }
leftover-other = { $count ->
        [one] One file is neither audio nor video. I left it out.
       *[other] { $count } files are neither audio nor video. I left them out.
    }
leftover-start = Start now
leftover-start-others = Start the others
leftover-started = { $count ->
        [one] One more is in line.
       *[other] { $count } more are in line.
    }
leftover-gone = I don’t remember these any more. Please send them again.
leftover-not-yours = Only the one who sent these or an admin can start them.
upload-too-large = This file is { $size }, and Telegram lets bots fetch { $limit } at most. Send a smaller copy, at a lower bit rate, or a YouTube link. The owner of this bot can lift the limit with a Bot API server of their own.
upload-not-media = I can only use audio and video files, and this is neither. Send me the song itself, or a YouTube link.
queue-away = I can’t reach my queue right now. Please send this again in a minute.
went-wrong = Something went wrong on my side. Please try again in a minute.

## Finding a song

search-how = Write /find and the name of a song: /find elis águas de março. I show you what YouTube has, and you tap the one you meant.
search-too-long = That is more than I can search for. Send me the song’s name and who sings it, a YouTube link or an audio file.
search-too-many = I’m still looking for what you asked before. Send me this again in a moment.
search-too-fast = Those were many searches at once. I search again when you have not searched for { $wait }. Links and files I take meanwhile.
search-looking = Looking for “{ $words }”…
search-found = “{ $words }”: which one?
search-none = I found nothing for “{ $words }”. Check the spelling, add who sings it, or send me a YouTube link.
search-none-fits = What I found for “{ $words }” is live, not out yet, or longer than { $limit }. Add who sings it, or send me a link to a shorter one.
search-failed = { $reason ->
        [youtube_refused] YouTube doesn’t let me search right now. Send me a link to the song or an audio file, or try again later.
        [network] I can’t reach YouTube. Try again in a few minutes, or send me the song as an audio file.
        [stalled] YouTube doesn’t answer. Try again in a few minutes, or send me the song as an audio file.
        [timed_out] The search took too long. Try again in a moment, or send me a YouTube link.
       *[other] Something went wrong on my side. Try again in a minute, or send me a YouTube link.
    }
search-stopped = All right. Send me other words, a YouTube link or an audio file.
search-old = This list is old. Send me the words again.
button-none-of-these = None of these

## Status and cancelling

status-none = Nothing in the works. Send me a YouTube link or an audio file.
status-none-here = Nothing in the works. Send /stems and a YouTube link, or reply with /stems to a song.
status-open = { $count ->
        [one] One song in the works
       *[other] { $count } songs in the works
    }
status-finished = Finished lately
cancel-done = { $count ->
        [one] Cancelled.
       *[other] { $count } songs cancelled.
    }
cancel-nothing = There is nothing to cancel.
cancel-which = Which one?
cancel-too-late = Too late: that one is finished already.
cancel-not-yours = Only the one who asked for it or an admin can cancel this.
button-cancel = Cancel
button-cancel-all = Cancel all
button-resend = Send again
button-old = There is nothing left to do here. /status shows how things stand.
resend-started = Sending it again.

## Cards

card-video = YouTube video { $link }
card-upload = Your file
unnamed-file = { $kind ->
        [voice] Voice message by { $person }, { $when }
        [video] Video message by { $person }, { $when }
       *[file] File by { $person }, { $when }
    }
card-title = { $artist } - { $title }
card-receiving = Taking in your file…
card-starting = Starting…
card-queued = { $ahead ->
        [0] Next in line
        [one] In line, one song ahead
       *[other] In line, { $ahead } songs ahead
    }
card-queued-somewhere = In line
card-fetching = Downloading
card-reading = Reading your file
card-separating = Separating { $stems } and { $last }
card-separating-rest = the rest
card-separating-band = Separating voice and band
card-rendering = Making the { $format } files
card-player = Making the player
card-percent = { $percent } %
card-left = about { $wait } left
card-left-little = a few seconds left
card-wait = about { $wait }
card-model = First time with this many stems: fetching what I need for it.
card-model-size = First time with this many stems: fetching { $size } that I need for it.
card-ready = Ready, about to send
card-sending = Sending
card-done = Done in { $wait }
card-done-plain = Done
card-cancelled = Cancelled
card-result = { $what }: { $state }
card-here = You have it here ↑
card-cut-short = The file ended before it should have. You get all that was in it.
card-damaged = Parts of this file are damaged, and the stems go on without them. If you have a better copy, send me that one.
card-late = In this video the sound starts { $shift } after the picture. The stems start with the sound: move them by that much to match the picture.
card-gaps = This recording has { $shift } of gaps in its sound. The stems go on without them, so they are shorter by that much.
card-uncertain = I sent this, but Telegram never said that it arrived. If it isn’t here, tap “Send again”.

## Stems

stem-vocals = vocals
stem-accompaniment = accompaniment
stem-drums = drums
stem-bass = bass
stem-piano = piano
stem-guitar = guitar
stem-other = other

## Instruments without a stem of their own

part-synth = synth
part-strings = strings
part-brass = brass
part-sax = sax
part-flute = flute
part-organ = organ
part-accordion = accordion
part-kick = kick
part-snare = snare
part-cymbals = cymbals
part-backing-vocals = backing vocals

## How things were sent, when not as wished

note-lower-rate = At { $kbps } kbit/s, since better files would be above the { $limit_bytes } that fit in one message.
note-compressed = As { $format } instead of { $wished }, since those files would be above the { $limit_bytes } that fit in one message.
note-zip-parts = As several zips that each open on their own, since one would be above the { $limit_bytes } that fit in one message.
note-zip-apart = As single files, since the zip would be above the { $limit_bytes } that fit in one message.
note-several-messages = In several messages, since together they are above the { $limit_bytes } that fit in one.
note-no-stem-file = Without the stem file, since it is above the { $limit_bytes } that fit in one message.
note-turned-down = Turned down ({ $decibels }) so that nothing clips · WAV 32-bit float keeps the level

## Why there are no stems: one for each reason

failure-bad-link = I can’t find a song there. Send me a YouTube link or an audio file.
failure-not-youtube = I only know links to YouTube. Send me one of those, or the song as an audio file.
failure-channel = That link is a channel or a search, not one song. Open the video you want and send me its link.
failure-playlist = That link is a whole playlist. Open the song you want and send me its link.
failure-private = This video is private. Send me another link, or the song as an audio file.
failure-removed = This video is no longer on YouTube. Send me another link, or the song as an audio file.
failure-age-restricted = YouTube shows this video only to adults who are signed in, so I can’t get it. Send me another link, or the song as an audio file.
failure-members-only = This video is for the channel’s members only. Send me another link, or the song as an audio file.
failure-region-blocked = YouTube doesn’t show this video where I run. Send me another link, or the song as an audio file.
failure-live = This is a live stream. Send it again when it is over, or send me the song as an audio file.
failure-upcoming = This video isn’t out yet. Send it again when it is.
failure-youtube-refused = YouTube won’t let me download right now. That’s about me, not your video. Send me the song as an audio file, which always works, or try later.
failure-network = I couldn’t reach YouTube. Send the link again in a few minutes, or send me the song as an audio file.
failure-stalled = The download stopped halfway. Send the link again, or send me the song as an audio file.
failure-upload-gone = Your file is no longer here. Please send it again.
failure-too-long = This is { $seconds } long, and I take songs up to { $limit_seconds }. Send me a shorter piece.
    .plain = This is longer than I can take. Send me a shorter piece.
failure-too-large = This file is { $bytes }, and I take up to { $limit_bytes }. Send a smaller copy: at a lower bit rate, or a shorter piece.
    .plain = This file is larger than I can take. Send a smaller copy: at a lower bit rate, or a shorter piece.
failure-not-audio = I can’t read this as audio: it may be damaged, or of a kind I don’t know. Send me another copy of the song, or a YouTube link.
failure-no-sound = This video has no sound. Send me one that has.
failure-empty = There is no audio in this file. Send me another one.
failure-no-beats = I don’t hear a steady beat in this song, so I have no click, no count-in and no bars for it. Tempo, key and mixes work all the same: /mix no drums 80%
failure-no-chords = I’m not sure of the chords of this song, so I write none. Slower or in another key, its stems may help your ear: /mix no drums 70%
failure-no-notes = I don’t know the notes of bass and voice of this song. Its stems you can have: tap “All stems”.
failure-passage-beyond = The song ends at { $seconds }. Choose a passage before that: /loop 0:05-0:10
    .plain = That passage is behind the end of the song. Choose an earlier one: /loop 0:05-0:10
failure-bars-beyond = The song has { $bars } bars. Choose some of these: /loop bars 5-8
    .plain = The song has fewer bars than that. Choose earlier ones: /loop bars 5-8
failure-passage-too-long = That would be longer than { $limit_seconds }, which is as much as I make of a passage. Play it fewer times: /loop 1:02-1:18 x4
    .plain = That would be longer than what I make of a passage. Play it fewer times: /loop 1:02-1:18 x4
failure-no-disk = I have no room left for another song. Please try again later.
failure-model-unavailable = I couldn’t fetch what I need for { $stems } stems. Please try again later.
    .plain = I couldn’t fetch what I need for this many stems. Please try again later.
failure-model-damaged = What I fetched for { $stems } stems arrived damaged, so I threw it away. Please send this again.
    .plain = What I fetched for this many stems arrived damaged, so I threw it away. Please send this again.
failure-model-missing = I can’t separate with { $model } right now: none of my workers is set up for it. Choose other stems in /settings. The person who runs me can add it: uv run fl-bt models
    .plain = I can’t separate with this model right now: none of my workers is set up for it. Choose other stems in /settings. The person who runs me can add it: uv run fl-bt models
failure-engine-missing = I’m not set up for that way of separating. The person who runs me can install it: uv sync --group spleeter
failure-out-of-memory = This song needs more memory than I have. Send me a shorter piece, or choose fewer stems in /settings.
failure-unsendable = Even the smallest stems of this song are { $bytes } each, and only { $limit_bytes } fit in one message. Send me a shorter piece.
    .plain = The stems of this song are too large to send. Send me a shorter piece.
failure-missing-right = I may not send files here. Someone who manages this server can give me the rights “Send Messages” and “Attach Files” in this channel. Then ask me again.
failure-interrupted = I was stopped twice while working on this. Please send it again.
failure-timed-out = This took longer than it may. Try again later, send me a shorter piece, or send the song as an audio file.
failure-cancelled = Cancelled.
failure-internal = Something went wrong on my side. Please send this again; if it keeps happening, tell my owner.

## What was found in a song. The names of the twelve notes from C, with sharps and with flats, between spaces

note-names-sharp = C C♯ D D♯ E F F♯ G G♯ A A♯ B
note-names-flat = C D♭ D E♭ E F G♭ G A♭ A B♭ B
analysis-major = { $tonic } major
analysis-minor = { $tonic } minor
analysis-tempo = { $bpm } BPM
analysis-about = about { $tempo }
terminal-analysis-none = I’m not sure of anything here: no steady beat, no clear key.
terminal-analysis-late = The song is separated, but its analysis did not come. The worker’s log says why: fl-bt analyse --verbose

## Under a result: buttons, mixes, and what happens when one is tapped

card-title-mix = { $title } · { $mix }
card-mixing = Mixing
card-making = Making the files
card-forgotten = Forgotten: I keep nothing of this song any more. What I sent stays in the chat until you delete it.
mix-without = no { $stem }
effect-click = { $use ->
        [stage] click left
       *[mixed] click
    }
effect-count-in = count-in { $bars }
effect-bars = bars { $bars }
content-click = click track
content-chart = chords
content-notes = notes of bass and voice
content-session = for the DAW
content-deck = acapella and instrumental
content-player = player
form-zip = zip
button-only = Only { $stem }
button-pick = Choose stems…
button-practise = Practise…
button-mixer = Mixer
button-player = Player
practice-key = Key { $key }
practice-click = { $use ->
        [stage] Click left
       *[other] Click
    }
practice-count-in = { $bars ->
        [0] Count-in
       *[other] Count-in { $bars }
    }
button-better = Better: { $stems } stems
button-better-wait = Better: { $stems } stems, about { $wait }
button-make = Make { $mix }
button-more = More…
button-back = Back
button-zip = Zip
button-chords = Chords
button-notes = Notes (MIDI)
button-daw = For the DAW
button-retry = Try again
button-again = Again
button-stems = All stems
button-forget = Forget
button-forget-yes = Yes, forget it
button-gone = I don’t remember this one any more. Please send me its link or file again.
pick-how = Tap the stems you want to hear.
page-of = { $name }: { $how }
page-closed = Closed.
page-not-yours = Someone else is choosing here. Tap “Choose stems…” or “Practise…” under the song for a page of your own.
practise-how = Choose who plays, how fast, and in which key.
pick-how-anew = Tap the stems you want to hear. They need a new separation into { $stems }, so that takes a little.
made-from-stems = On it, from the stems I have.
made-again = Here it comes.
made-anew = I no longer have its stems, so I’m separating it again. That takes a little.
made-count = { $stems } stems need a new separation, so this takes a little.
made-better = On it. The better separation into { $stems } stems takes some minutes.
made-better-wait = On it. The better separation into { $stems } stems takes about { $wait }.
better-away = I can’t have { $model } right now: no worker of mine is set up for it. Choose other stems, or ask again later.
retry-started = On it again.
made-already = I’m on it already.
forget-sure = Remove this song’s files from my disk, and everything I remember of it?
forget-not-yours = Only the one who asked for it or an admin can have this forgotten.
forget-busy = Somebody is waiting for this song right now. Try again when it is done.
forget-done = Forgotten.
mix-how = Tell me what you want to hear: /mix no drums, or /mix vocals bass. Reply with it to a song I sent, or I take the last one.

    I know these stems: vocals, drums, bass, piano, other, and guitar where a better separation is set up; and “band” for all but the voice.
mix-no-song = There is no finished song here yet. Send me a YouTube link or an audio file first.
mix-no-song-here = There is no finished song here yet. Send /stems and a YouTube link first, or reply with /stems to a song.
mix-which-song = I don’t know which song that is. Reply to a song I sent, or to its card.
mix-whole = That is the whole song. Leave something out: /mix no vocals
mix-nothing = That would leave nothing to hear. Leave out less: /mix no vocals
mix-beyond = I can go from 50 to 120 % of the tempo, 12 semitones up or down, from −40 to +12 dB, and count in one or two bars. Try: /mix no drums 80% -2
mix-meant = Did you mean { $mix }?
mix-part = I can’t separate this on its own: { $part }. It is in the stem “{ $stem }”, together with whatever else is in there.
command-mix = Backing tracks: /mix no drums
command-click = A click track, or a mix with a click
click-how = Tell me what the click goes with: /click for the click alone, /click 80%, or /click no drums count-in 1. Reply with it to a song I sent, or I take the last one.
command-loop = A passage again and again: 1:02-1:18 x8
command-drill = A passage from 70 to 100 % of the tempo
loop-how = Tell me which passage: /loop 1:02-1:18, /loop bars 5-8 x4 75%, or /loop no drums 1:02-1:18. Reply with it to a song I sent, or I take the last one.
drill-how = Tell me which passage: /drill no bass 1:02-1:18. I play it at 70, 75 … 100 % of the tempo, each with its count-in; /drill 1:02-1:18 60-90% goes from 60 to 90. Reply with it to a song I sent, or I take the last one.
loop-beyond = A passage ends after its beginning and is played 1 to 32 times, at 50 to 120 % of the tempo. Try: /loop 1:02-1:18 x8 75%
command-chords = The chords, in any key: -2
command-notes = Bass and voice as MIDI
chart-how = Tell me the key, or nothing: /chords, or /chords -2 for two semitones down. Reply with it to a song I sent, or I take the last one.
notes-how = Tell me the key and the tempo, or nothing: /notes, or /notes -2 80%. Reply with it to a song I sent, or I take the last one.
command-daw = Stems, click, tempo map and a Reaper project
command-deck = Acapella and instrumental, named with key and BPM
daw-how = /daw sends one zip: every stem without loss, a click, the tempo map as MIDI and a Reaper project. Reply with it to a song I sent, or I take the last one. Key and tempo your DAW can change itself.
deck-how = Tell me the key and the tempo, or nothing: /deck, or /deck +1 95%. Reply with it to a song I sent, or I take the last one.

## Groups

stems-how = Send /stems and a YouTube link; or reply with /stems to a message that has a link or a song in it. To find a song by its name: /find elis águas de março.
group-hello = Hi everyone! Send /stems and a YouTube link, or reply with /stems to a song that someone posted, and I’ll send back its stems.

    Admins choose in /settings how many stems, which format, and in which language I answer.
help-group = Send /stems and a YouTube link, or reply with /stems to a message that has a link or a song in it. Mentioning me does the same. I split the song into stems and send them back here.

    /find elis águas de março – I look for that song on YouTube, and you tap the one you meant
    /mix no drums – a mix of the last song, or of the one you reply to; as a reply to a result, “no drums” is enough
    /click, /loop, /drill, /chords, /notes, /daw and /deck work here too: /help in our private chat explains them
    /settings – which stems, which format, what I answer to
    /status – what I’m working on here
    /cancel – stop what I’m working on for you

    Songs can be up to { $limit } long, files up to { $size }.
group-every-link = { $every ->
        [on] I take every YouTube link that is posted here.
       *[off] I take what you ask me for: with /stems, or by mentioning me.
    }
group-every-link-button = { $every ->
        [on] Every link
       *[off] When asked
    }
group-sees-little = For that I have to see all messages: tell @BotFather /setprivacy, choose me, then Disable, and add me to this group again.
group-language = { $language ->
        [en] I answer in English.
        [pt-BR] I answer in Portuguese.
       *[each] I answer everyone in their own language.
    }
group-language-button = { $language ->
        [en] English
        [pt-BR] Português
       *[each] Each their own
    }
too-many-open-here = There { $limit ->
        [one] is one song
       *[other] are { $limit } songs
    } in the works in this chat, which is as many as I take at a time.
too-many-open-anywhere = My line is full: { $limit ->
        [one] one song is
       *[other] { $limit } songs are
    } waiting in it, from everybody together.
sent-alone = I sent it to you in our private chat.
sent-nowhere = This is for you alone, and I can’t write to you. Open { $link }, tap Start there, and ask me again.
command-stems = Stems of a link, or of the song you reply to

## Playlists

playlist-looking = Looking into the playlist…
playlist-unnamed = A playlist
playlist-count = { $count ->
        [one] One song
       *[other] { $count } songs
    }
playlist-cut = It has more songs than I take from one list; these are the first.
playlist-longer = { $count ->
        [one] Left out: one that is longer than { $limit }.
       *[other] Left out: { $count } that are longer than { $limit }.
    }
playlist-unplayable = { $count ->
        [one] Left out: one that YouTube doesn’t let me have.
       *[other] Left out: { $count } that YouTube doesn’t let me have.
    }
playlist-start = { $count ->
        [one] Start with that one
       *[other] Start: { $count } songs, one after the other
    }
playlist-no = No, thanks
playlist-stop = Stop
playlist-at = Song { $place } of { $count }
playlist-waits = Waiting for your tap on “Start”
playlist-lost = ✗ { $title }: { $why }
list-more = … and { $count } more
playlist-done = { $here ->
        [one] Done: one song of { $count } is here.
       *[other] Done: { $here } songs of { $count } are here.
    }
playlist-stopped = { $done ->
        [0] Stopped.
        [one] Stopped after one song.
       *[other] Stopped after { $done } songs.
    }
playlist-unseen = I can’t see that playlist: it is private, or there is none. Make it public or unlisted, or send me the links of its songs.
playlist-empty = There is no song in it that I can take.
playlist-endless = This is a mix that YouTube makes up as it goes, and it never ends. Open the song you want and send me its link.
playlist-endless-beside = That link is from a mix that never ends; I take the one song.
playlist-started = One after the other. /cancel stops it.
playlist-ends = Stopped.
playlist-not-yours = Only the one who asked for this playlist or an admin can do that.
playlist-too-many = You have { $limit ->
        [one] one playlist
       *[other] { $limit } playlists
    } open, which is as many as I look after at a time. { $left ->
        [one] I left one out.
       *[other] I left out { $left }.
    } Stop one or wait until one is done, and send the rest again.
playlist-too-many-here = There { $limit ->
        [one] is one playlist
       *[other] are { $limit } playlists
    } open in this chat, which is as many as I look after at a time. { $left ->
        [one] I left one out.
       *[other] I left out { $left }.
    } Stop one or wait until one is done, and send the rest again.
button-playlist = The whole playlist

## Status

status-idle = Nothing in the works anywhere.
status-unknown = I don’t know anything about that message. Reply with /status to a song I sent, or to its card.
button-cancel-song = Cancel { $title }
command-stats = Queue, disk, versions, failures
stats-owner-only = Only my owner can see this.
stats-queue = Queue: { $waiting ->
        [one] one track
       *[other] { $waiting } tracks
    }, { $workers ->
        [0] no worker alive
        [one] one worker alive
       *[other] { $workers } workers alive
    }
stats-disk = Disk: { $free } free; results take { $used } of { $quota }
stats-worker = { $count ->
        [one] Worker: { $versions }
       *[other] { $count } workers: { $versions }
    }
stats-versions = Bot: FL-BT { $version }, Python { $python }, { $library }
stats-ends = In { $days } days: { $done } done, { $cancelled } cancelled
stats-reason = Failed, { $reason }: { $count }
stats-provider = { $state ->
        [up] YouTube by { $provider }: works
       *[down] YouTube by { $provider }: refused, resting
    }
provider-down = YouTube refuses me by way of { $provider }. { $left ->
        [0] There is no other way left: links fail until one is back. Files still work.
       *[other] I take the other way meanwhile.
    } An update may help: uv run --upgrade-package { $provider } fl-bt up
provider-up = YouTube works again by way of { $provider }.
owner-cause = { $reason ->
        [no_disk] The disk is full, so songs fail. Make room, or lower FLBT_QUOTA_GB.
        [model_unavailable] I can’t fetch the weights of a model, so its songs fail. Check the connection, then run: uv run fl-bt models fetch 2 4 5
        [model_damaged] The weights of a model arrive damaged, so its songs fail. Check the disk and the connection, then run: uv run fl-bt models fetch 2 4 5
        [model_missing] A song needs a model whose weights are not installed. See how to add them: uv run fl-bt models
        [engine_missing] The engine of FLBT_ENGINE is not installed, so songs fail. Install it: uv sync --group spleeter
        [out_of_memory] A song needed more memory than there is. Give me more (FLBT_MEMORY_MB), or lower FLBT_MAX_SECONDS.
        [interrupted] A worker was killed twice during a song. Its log says when; often the machine lacks memory.
       *[internal] A song failed by a fault of mine. The worker’s log says why.
    }

    /stats counts the failures. I tell you this once, not for each song.

## Limits for each person and chat

failure-over-quota = { $whose ->
        [chat] I separate up to { $limit_seconds } of music for one chat within 24 hours, and { $used_seconds } of it are used here.
       *[person] I separate up to { $limit_seconds } of music for one person within 24 hours, and you have used { $used_seconds } of it.
    } There is room again in { $wait_seconds }. Songs that I have sent before, and other mixes of them, you can have at any time.
    .weighted = { $whose ->
        [chat] I separate up to { $limit_seconds } of music for one chat within 24 hours, and { $used_seconds } of it are used here.
       *[person] I separate up to { $limit_seconds } of music for one person within 24 hours, and you have used { $used_seconds } of it.
    } A minute of this better separation counts { $weight } times. There is room for it in { $wait_seconds }; with the usual stems, maybe now.
    .plain = That is all the music for today. There is room again tomorrow.
too-fast = That was more than I can follow. I listen again when you have been quiet for { $wait }.
access-closed-tap = This bot is private. Ask its owner to let you in.
status-minutes = Music separated within 24 hours: { $used } of { $limit }.
playlist-paused = The playlist ends here for today. Send its link again later: what is done already costs nothing.

## In the terminal

file-unreadable = I can’t read this file: { $why }. Check its name, and who may read it.
folder-unwritable = I can’t write to { $place }: { $why }. Choose another folder with --output.
terminal-missing = There is no file of this name. Check its name and folder, or give a YouTube link.
terminal-folder = This is a folder. Add --recursive to take the songs in it.
terminal-no-file = This is neither a file nor a folder. Give an audio file or a YouTube link.
terminal-no-songs = There is no audio or video file in this folder. Choose another one, or name the files themselves.
terminal-no-list = Standard input has no list. Give one link or file name on each line; sound itself has to come from a file.
terminal-place = { $place } of { $count }
terminal-moved = The network left { $level } of the song out; that is in “{ $stem }”.
terminal-sum = Added up, the stems differ from the song by { $level }
terminal-skipped = already there, skipped
terminal-mix-unknown = I don’t understand the mix “{ $words }”. Name what you want to hear: "no drums", or "vocals and bass". I know these stems: { $stems }.
terminal-mix-beyond = I can go from 50 to 120 % of the tempo, 12 semitones up or down, from −40 to +12 dB, and count in one or two bars: "no drums 80% -2"
terminal-mix-meant = Did you mean “{ $mix }”? Write that instead, please.
terminal-mix-part = I can’t separate this on its own: { $part }. It is in the stem “{ $stem }”, together with whatever else is in there. For all of that: --mix "{ $mix }"
terminal-mix-whole = That mix is the whole song. Leave something out: "no vocals"
terminal-mix-nothing = That mix leaves nothing to hear. Leave out less: "no vocals"
terminal-stem-missing = { $model } has these stems: { $stems }. Leave out --stems and --model, and I choose what fits.
terminal-name-field = --name: I don’t know the field { $field }. I know these: { $fields }.
terminal-name-braces = --name: a brace is missing or too much. Write fields like this: { $example }
terminal-name-part = --name has to be a path inside of the output folder, without empty parts, “.” and “..”. For example: { $example }
terminal-name-stem = --name needs the field { $field }, since several files come of each song.
terminal-name-zip = A zip holds all stems: leave { $field } out of --name.
terminal-bitrate = --bitrate is for MP3 and M4A. Add --format mp3 or --format m4a.
terminal-only-zip = --zip packs all stems: leave out --only and --mix, or --zip.
terminal-player-alone = --player is one page with every stem: leave out --mix, --only, --zip, --click, --count-in and --loop. A zip has the page in it anyway.
terminal-only-mix = Give --only or --mix, not both.
terminal-make-alone = --make is for something else than stems and mixes: leave out --only, --mix, --zip and --player, or --make.
terminal-clash = Give --overwrite or --skip, not both.
terminal-search-how = Give the name of a song, in at most { $limit } characters: fl-bt find elis tom águas de março
terminal-search-none = YouTube has nothing of that name that I can take. Check the spelling, or add who sings it.
terminal-search-failed = { $reason ->
        [youtube_refused] YouTube doesn’t let me search right now. Try later, or give a link.
        [network] YouTube can’t be reached. Check the connection.
        [stalled] YouTube doesn’t answer. Try again in a few minutes.
        [timed_out] The search took too long. Try again; where FLBT_REDIS_URL is set, a worker has to run.
       *[other] Something went wrong on my side. Try again; -v shows the log.
    }
terminal-failure-bad-link = There is no song behind this link. Give the link of one YouTube video, or an audio file.
terminal-failure-not-youtube = Only links to YouTube work here. Give one of those, or the song as an audio file.
terminal-failure-channel = This link is a channel or a search, not one song. Give the link of one video.
terminal-failure-playlist = This link is a whole playlist. Give the links of its songs; - reads a list of them from standard input.
terminal-failure-private = This video is private. Try another link, or the song as an audio file.
terminal-failure-removed = This video is no longer on YouTube. Try another link, or the song as an audio file.
terminal-failure-age-restricted = YouTube shows this video only to adults who are signed in. Set FLBT_YOUTUBE_COOKIES, or try another link or an audio file.
terminal-failure-members-only = This video is for the channel’s members only. Set FLBT_YOUTUBE_COOKIES, or try another link or an audio file.
terminal-failure-region-blocked = YouTube doesn’t show this video where this machine is. Try another link, or the song as an audio file.
terminal-failure-live = This is a live stream. Try again when it is over.
terminal-failure-upcoming = This video isn’t out yet. Try again when it is.
terminal-failure-youtube-refused = YouTube won’t let me download right now. Try later, set FLBT_YOUTUBE_COOKIES, or give the song as an audio file.
terminal-failure-network = YouTube can’t be reached. Check the connection, or give the song as an audio file.
terminal-failure-stalled = The download stopped halfway. Try again.
terminal-failure-upload-gone = My copy of this file is no longer there. Try again.
terminal-failure-too-long = This is { $seconds } long, and the limit is { $limit_seconds }. Raise FLBT_MAX_SECONDS, or take a shorter piece.
    .plain = This is longer than the limit. Raise FLBT_MAX_SECONDS, or take a shorter piece.
terminal-failure-too-large = This file is { $bytes }, and the limit is { $limit_bytes }. Raise FLBT_MAX_UPLOAD_MB, or take a smaller copy.
    .plain = This file is larger than the limit. Raise FLBT_MAX_UPLOAD_MB, or take a smaller copy.
terminal-failure-not-audio = I can’t read this as audio: it may be damaged, or of a kind I don’t know. Try another copy of the song.
terminal-failure-no-sound = This video has no sound. Take one that has.
terminal-failure-empty = This file is empty. Take another copy of the song.
terminal-failure-no-beats = This song has no beat that I can follow, so there is no click and no count-in. Leave out --click, --stage and --count-in.
terminal-failure-no-chords = The chords of this song are not known.
terminal-failure-no-notes = The notes of bass and voice of this song are not known.
terminal-failure-passage-beyond = The song ends at { $seconds }. Choose a passage before that: --loop 0:05-0:10
    .plain = That passage is behind the end of the song. Choose an earlier one.
terminal-failure-bars-beyond = The song has { $bars } bars. Choose some of these: --loop "bars 5-8"
    .plain = The song has fewer bars than that. Choose earlier ones.
terminal-failure-passage-too-long = That would be longer than { $limit_seconds }. Play the passage fewer times: --loop "1:02-1:18 x4"
    .plain = That would be longer than a passage may be. Play it fewer times.
terminal-loop-unknown = I don’t understand the passage “{ $words }”. Give its times or its bars: --loop "1:02-1:18 x8", --loop "bars 5-8", or --loop "1:02-1:18 70-100%" for a drill.
terminal-loop-beyond = A passage ends after its beginning, is played 1 to 32 times, and a drill begins between 50 and 115 %: --loop "1:02-1:18 x8"
terminal-failure-no-disk = The disk has no room for another song. Free some, or set FLBT_DATA to a folder on another disk.
terminal-failure-model-unavailable = I couldn’t fetch the weights for { $stems } stems. Check the connection, and try again. With their file at hand: uv run fl-bt models add FILE
    .plain = I couldn’t fetch the weights for this model. Check the connection, and try again. With their file at hand: uv run fl-bt models add FILE
terminal-failure-model-damaged = The weights for { $stems } stems arrived damaged, so I removed them. Try again.
    .plain = The weights arrived damaged, so I removed them. Try again.
terminal-failure-model-missing = The weights for { $model } are not installed. See the licence, and fetch them: uv run fl-bt models fetch { $name }
    .plain = The weights for this model are not installed. See how to add them: uv run fl-bt models
terminal-failure-engine-missing = The engine of FLBT_ENGINE is not installed. Install it: uv sync --group spleeter
terminal-failure-out-of-memory = This song needs more memory than there is. Take a shorter piece, or fewer stems.
terminal-failure-interrupted = The worker was stopped twice while working on this. Try again; -v shows its log.
terminal-failure-timed-out = This took longer than FLBT_JOB_TIMEOUT. Raise it, or take a shorter piece.
terminal-failure-internal = Something went wrong on my side. Try again; -v shows the log.

## Discord

discord-taken = On it. Its card is in this channel.
discord-right-missing = I can’t work in this channel yet: I need { $rights }. Someone who manages this server can give me that.
discord-hidden = Discord doesn’t show me the message you replied to. Open its menu, choose Apps, then Stems; or send me the link yourself.
discord-command-start = start
discord-command-help = help
discord-command-stems = stems
discord-command-find = find
discord-command-mix = mix
discord-command-click = click
discord-command-loop = loop
discord-command-drill = drill
discord-command-chords = chords
discord-command-notes = notes
discord-command-daw = daw
discord-command-deck = deck
discord-command-status = status
discord-command-cancel = cancel
discord-command-settings = settings
discord-command-stats = stats
discord-command-allow = allow
discord-command-deny = deny
discord-command-who = who
discord-option-code = code
discord-about-code = The code from the log, which makes you the owner
discord-option-link = link
discord-about-link = A YouTube link, or several
discord-option-file = file
discord-about-file = An audio or video file
discord-option-words = words
discord-about-words = The name of a song, and who sings it
discord-option-what = what
discord-about-what = no drums; or vocals bass
discord-option-passage = passage
discord-about-passage = 1:02-1:18 x8 75%; or no drums bars 5-8
discord-option-key = key
discord-about-key = Semitones up or down: -2
discord-option-all = all
discord-about-all = Everybody’s songs, for the owner
discord-option-person = person
discord-about-person = Whom; without, this whole server
discord-option-number = number
discord-about-number = The number of a person or server

## The page in the browser. A parameter stands alone in braces; no sentence here chooses by number

web-lead = The stems of a song: the voice alone, the band alone, drums, bass; and backing tracks of them.
web-ask-title = Get stems
web-ask-label = A YouTube link, or the name of a song
web-ask-button = Go
web-choose = Choose files…
web-drop = Or drop audio files anywhere on this page; up to { $limit } each.
web-drop-here = Drop it, and I take it.
web-songs-title = Your songs
web-songs-none = No songs yet. Paste a link or choose a file above.
web-kept = Songs are worked on by the machine that serves this page, and go nowhere else. This list belongs to this browser.
web-language = Language:
web-lost = The connection is lost. I try again by myself, and nothing is lost: songs in the works go on.
web-unreachable = I can’t reach the server.
web-went-wrong = Something went wrong on my side. Please try again in a minute.
web-close = Close
web-close-name = Close: { $name }
web-cancel = Cancel
web-upload-waits = Waits for the file before it
web-upload-progress = Upload of { $name }
web-upload-sent = { $done } of { $total } sent
web-upload-lost = The connection was lost on the way. I send the file again as soon as it is back.
web-upload-broken = This file does not get through. The connection may be too slow, or something on the way lets no large files pass.
web-upload-cancel = Cancel the upload of { $name }
web-upload-cancelled = The upload of { $name } is cancelled.
web-upload-done = { $name } is here.
web-upload-large = This file is { $size }, and I take up to { $limit }. Choose a smaller copy: at a lower bit rate, or a shorter piece.
web-upload-empty = This file is empty. Choose another copy of the song.
web-upload-unreadable = The browser can no longer read this file: it was moved or changed. Choose it again.
web-progress = Progress of { $name }
web-foreign = shared with you
web-files-gone = The files of this are not kept any more. I can make them again.
web-again = Make again
web-retry = Try again
web-zip = Download all (zip)
web-player-open = Open the player
web-player-close = Close the player
web-player-title = Player: { $name }
web-file = { $name } ({ $size })
web-picture-stems = Waveforms of the stems of { $name }
web-picture-chart = Chords of { $name }, bar by bar
web-song-title = This song
web-send-chat = Send to the chat
web-forget = Forget this song
web-forget-sure = Remove this song’s files from the server, and everything it remembers of it?
web-forget-yes = Yes, forget it
web-forget-no = No, keep it
web-more = More from this song
web-more-quick = Backing tracks
web-more-heard = What is heard
web-more-practice = Practice
web-more-format = Files
web-more-written = On paper, for the DAW, for the deck
web-more-words = In words
web-words-label = As in a chat: no drums 80% -2, loop 1:02-1:18 x8, /chords -2
web-words-button = Ask for it
web-without = No { $stem }
web-only = Only { $stem }
web-model = Stems
web-format = Format
web-parts = Made as
web-parts-mix = one file, all together
web-parts-stems = a file for each stem, and a zip
web-level-0 = heard
web-level-6 = louder (+6 dB)
web-level-minus-6 = quieter (−6 dB)
web-level-minus-18 = as a guide (−18 dB)
web-level-out = out
web-tempo = Tempo
web-key = Key
web-semitones = { $number } semitones
web-click = Click
web-click-none = none
web-click-mixed = with the music
web-click-stage = on the left, music on the right
web-count-in = Bars of count-in
web-none = none
web-passage = Passage
web-passage-none = the whole song
web-passage-seconds = from a time to a time
web-passage-bars = from a bar to a bar
web-start = From
web-end = To
web-times = How often
web-slowest = Drill
web-drill-none = always the same tempo
web-drill-from = from { $percent } % up to the tempo
web-make = Make it
web-extra-chart = Chords
web-extra-notes = Bass and voice as MIDI
web-extra-session = For the DAW (zip)
web-extra-deck = For the deck: acapella and instrumental
web-extra-click = The click alone
web-order-nothing = That leaves nothing to hear. Take a stem back in.
web-order-times = Give two times of the song, the later one second: 1:02 and 1:18.
web-order-bars = Give two bars of the song, the later one second: 5 and 8.
web-order-drill = A drill begins slower than the tempo it ends with. Choose a lower beginning, or a higher tempo.

## On the terminal of a bot

banner-pair = Open this link, or scan the code with your phone, to become the owner of this bot:
banner-open = The bot listens. Its link, for you and your band:
banner-inline = To share songs in any chat, turn on inline mode: send /setinline to @BotFather.
banner-pair-discord = To become the owner of this bot, write to it on Discord: /start code:{ $code }
banner-invite = Open this link, or scan the code, to invite the bot to a server:
banner-web = Open this link in a browser, or scan the code with your phone. The first browser is the owner’s:

## Above the results of an inline query: short, since it is a button

share-open = Open the bot
share-nothing = Nothing found: send me a song

## The web page

web-unknown-task = There is no such song here. It may have been forgotten: songs are kept for a while only.
web-not-found = There is nothing at this address.
web-wrong-method = This address does not take that method.
web-bad-id = That is no id of a YouTube video: it has eleven letters, digits, - or _. You find it in the video’s link, after v=.
web-bad-body = The server could not read this request. Reload the page and try again.
web-no-file = There is no file in this upload. Send it as a form with the field “file”.
web-broken-upload = The upload broke off. Nothing was kept; please send the file again.
web-slow = The connection was too slow, so the server gave up waiting. Please try again.
web-too-early = This song is not ready yet. Please try again when it is done.
web-failed = There is nothing to download: { $why }
web-gone = The files of this song are not kept any more. Make it again, then download it.
web-too-fast = That was very many requests at once. Please wait half a minute, then go on.
web-not-yours = This song belongs to another browser. You can listen to it and download it, but only there it can be changed.
web-no-cookie = This needs the page’s cookie. Open the page first, and allow cookies for it.
web-no-token = This page needs its link with the token. Ask the person who runs it for the link.
web-foreign-host = This server does not answer under that name. Its owner can add the name in FLBT_WEB_URL or FLBT_WEB_HOSTS.
web-foreign-origin = A page of another site sent this request, so it was refused. Open the page of this server itself.

## The Mixer: the page that a button under a result opens

mixer-unknown = This link leads to no song any more. Ask for the song again in the chat.
mixer-who = I can’t tell who you are: this page was opened more than a day ago, or outside of Telegram. Tap the button under the song again.
mixer-closed = This bot is private. Ask its owner to let you in, then tap the button again.
mixer-gone = The stems of this song are not kept any more. Ask for the song again in the chat.
mixer-elsewhere = This page is for one song of your chat. Ask for other songs in the chat itself.
mixer-no-stems = These stems are not made yet, and a link makes no new ones. Ask for them in the chat.
mixer-sent = On its way to the chat.
