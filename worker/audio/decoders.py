"""The decoders allowed for untrusted files: those of music, speech memos and videos.

FFmpeg has more than two hundred for sound, most of them for the discs and games of one maker. Each is code that parses
untrusted bytes, so decoders that no music uses are not allowed. A family has a line; the names are FFmpeg's.
"""

from typing import Final

_FAMILIES: Final = {
    "AAC, also in radio and in calls": "aac aac_fixed aac_latm",
    "MP3 and its older layers": "mp3float mp3 mp2float mp2 mp1float mp1 mp3on4float mp3on4 mp3adufloat mp3adu",
    "Opus, Vorbis and Speex": "opus libopus vorbis speex",
    "lossless": "flac alac ape tak tta wavpack shorten truehd mlp als wmalossless ralf",
    "Dolby and DTS, of films": "ac3 ac3_fixed eac3 dca",
    "Windows Media, its voice recorder included": "wmav1 wmav2 wmapro wmavoice",
    "Musepack": "mpc7 mpc8",
    "Sony's MiniDisc and players": "atrac1 atrac3 atrac3al atrac3plus atrac3plusal",
    "RealAudio": "cook sipr real_144 real_288",
    "Super Audio CD": "dsd_lsbf dsd_msbf dsd_lsbf_planar dsd_msbf_planar dst",
    "AMR, of telephones' memos": "amrnb amrwb libopencore_amrnb libopencore_amrwb",
    "other telephones": "gsm gsm_ms g722 g726 g726le qcelp evrc",
    "QuickTime's of old": "qdm2 qdmc mace3 mace6",
    "ADPCM in WAV, AIFF and AVI": "adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_yamaha adpcm_swf truespeech",
    "8SVX of the Amiga, and VOC": "8svx_exp 8svx_fib adpcm_sbpro_2 adpcm_sbpro_3 adpcm_sbpro_4",
    "samples as they are": (
        "pcm_alaw pcm_mulaw pcm_u8 pcm_s8 pcm_s8_planar pcm_s16le pcm_s16be pcm_s16le_planar pcm_s16be_planar "
        "pcm_u16le pcm_u16be pcm_s24le pcm_s24be pcm_s24le_planar pcm_u24le pcm_u24be pcm_s32le pcm_s32be "
        "pcm_s32le_planar pcm_u32le pcm_u32be pcm_s64le pcm_s64be pcm_f32le pcm_f32be pcm_f64le pcm_f64be "
        "pcm_f16le pcm_f24le"
    ),
    "samples on discs of films, and in broadcasts": "pcm_bluray pcm_dvd pcm_s24daud s302m",
    "cameras and Flash of old": "nellymoser dvaudio",
}

DECODERS: Final = frozenset(name for names in _FAMILIES.values() for name in names.split())
