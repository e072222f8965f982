"""The commands of the bot, their menus, and the settings of a chat."""
