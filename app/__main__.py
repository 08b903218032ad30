"""`python -m app`: start Loket."""

import sys

from app.main import main

sys.exit(main())
