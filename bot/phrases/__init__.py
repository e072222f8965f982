"""Understand words as mixes, in every language of the bot: `no drums`, `voz sem bateria`, `karaoke please`. Pure."""
