"""Photo Double in DaVinci Resolve: takes on the colorist's timeline. Importing this touches nothing."""
