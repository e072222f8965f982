"""The decoders allowed for untrusted files: those of music, speech memos and videos.

FFmpeg has more than two hundred for sound, most of them for the discs and games of one maker. Each is code that parses
untrusted bytes, so decoders that no music uses are not allowed, and neither are second decoders of a kind that FFmpeg
never chooses by itself. A family has a line; the names are FFmpeg's. All of PCM counted as one kind, there are 59.
"""

from typing import Final

_FAMILIES: Final = {
    "AAC, also in broadcasts": "aac aac_latm",
    "MP3 and its older layers": "mp3float mp3 mp2float mp2 mp1float mp1",
    "Opus, Vorbis and Speex": "opus vorbis speex",
    "lossless": "flac alac ape tak tta wavpack shorten truehd mlp wmalossless",
    "Dolby and DTS, of films": "ac3 eac3 dca",
    "Windows Media, its voice recorder included": "wmav1 wmav2 wmapro wmavoice",
    "Musepack": "mpc7 mpc8",
    "Sony's MiniDisc and players": "atrac3 atrac3plus",
    "RealAudio": "cook sipr real_144 real_288",
    "Super Audio CD": "dsd_lsbf dsd_msbf dsd_lsbf_planar dsd_msbf_planar dst",
    "AMR and GSM, of telephones' memos": "amrnb amrwb gsm gsm_ms",
    "QuickTime's of old": "qdm2 qdmc mace3 mace6",
    "ADPCM in WAV, AIFF and Flash": "adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_yamaha adpcm_swf",
    "Flash videos of old, digital camcorders, Amiga samples": "nellymoser dvaudio 8svx_exp 8svx_fib",
    "samples as they are": (
        "pcm_alaw pcm_mulaw pcm_u8 pcm_s8 pcm_s8_planar pcm_s16le pcm_s16be pcm_s16le_planar pcm_s16be_planar "
        "pcm_u16le pcm_u16be pcm_s24le pcm_s24be pcm_s24le_planar pcm_u24le pcm_u24be pcm_s32le pcm_s32be "
        "pcm_s32le_planar pcm_u32le pcm_u32be pcm_s64le pcm_s64be pcm_f32le pcm_f32be pcm_f64le pcm_f64be "
        "pcm_f16le pcm_f24le pcm_bluray pcm_dvd"
    ),
}

DECODERS: Final = frozenset(name for names in _FAMILIES.values() for name in names.split())
