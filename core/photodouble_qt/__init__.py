"""The panel of Photo Double for hosts with Qt, and alone: takes, jobs, comparing, deciding."""
