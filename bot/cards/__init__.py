"""Cards with texts and buttons, built from requests and progress. Pure."""
