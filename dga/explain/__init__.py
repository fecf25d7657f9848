"""Why a name has its score: contributions of characters, nearest names, what-if edits, rank."""
