"""What each topic says of its subjects, a module a topic: headline, question, and what it joins."""
