"""The commands of the documentation pages, each with the test that runs it, or with the reason why none does."""

ITSELF = "this very run"
DOCKER = "wants Docker: `make docker` runs it"
CLUSTER = "wants a cluster; tests/test_deployment.py compares the files"
CHANGES = "changes the machine it runs on"
LINK = "https://www.youtube.com/watch?v=jNQXAC9IVRw"
OTHERS = "fetches other releases than those in the lock"
APART = "runs tests that are apart from these; CI runs it"
WEB = "tests/test_web_end_to_end.py::test_a_link_and_a_file_become_zips_with_a_player"
HOURS = "takes too long for a test; prints the figures of a page"

#: Each command of the pages: the test that runs it, as file::function, or in words why none does.
COMMANDS = {
    # The README
    "pip install uv": "fetches from a package index; how uv came to this machine",
    "uv run fl-bt separate --demo": "tests/bot/terminal/test_terminal.py::test_the_demo",
    "uv run fl-bt separate song.mp3": (
        "tests/bot/terminal/test_terminal.py::test_several_sources_each_get_their_place_and_a_failure_is_the_exit_code"
    ),
    f'uv run fl-bt separate "{LINK}" --stems 4 --format mp3 --zip --output ~/Music': (
        "tests/bot/terminal/test_terminal.py::test_a_zip_of_mp3s_from_a_youtube_link"
    ),
    "uv run --group dev pytest": ITSELF,
    "uv run fl-bt up": "tests/test_end_to_end.py::test_from_pairing_to_stems_through_restarts",
    "curl -X POST localhost:8000/api/submit/jNQXAC9IVRw": WEB,
    "curl -F file=@song.mp3 localhost:8000/api/submit": WEB,
    "curl localhost:8000/api/status/TASK_ID": WEB,
    "curl -OJ localhost:8000/api/download/TASK_ID": WEB,
    "fl-bt web": "tests/bot/web/test_process.py::test_a_song_from_curl_to_its_zip_and_an_end_when_told",
    "uv run fl-bt doctor": "tests/bot/cli/test_command.py::test_doctor_reports_faults_with_advice",
    'echo "REDIS_PASSWORD=$(openssl rand -hex 24)" >> .env': "writes into a person's .env; `make docker` does as much",
    "docker buildx imagetools inspect IMAGE": "asks a registry of images",
    "docker compose up --build": DOCKER,
    "docker compose logs bot": DOCKER,
    "docker compose logs discord": DOCKER,
    "docker compose up --build --scale bot=0": DOCKER,
    "docker compose logs web": DOCKER,
    # In the terminal
    "fl-bt separate song.mp3": (
        "tests/bot/terminal/test_terminal.py::test_several_sources_each_get_their_place_and_a_failure_is_the_exit_code"
    ),
    'fl-bt separate song.mp3 --mix "no vocals"': (
        "tests/bot/terminal/test_options.py::test_a_mix_and_single_stems_quietly"
    ),
    "fl-bt separate song.mp3 --only vocals --only drums -f mp3 --bitrate 192": (
        "tests/bot/terminal/test_options.py::test_a_mix_and_single_stems_quietly"
    ),
    "fl-bt separate setlist --recursive --skip -o ~/Stems": (
        "tests/bot/terminal/test_options.py::test_a_folder_with_names_of_ones_own_as_json"
    ),
    "fl-bt separate - --json -q < songs.txt": (
        "tests/bot/terminal/test_options.py::test_a_list_on_standard_input_with_the_log"
    ),
    'fl-bt mix song.mp3 "no drums" --tempo 80 --key -2 --click --count-in 1': (
        "tests/bot/terminal/test_mix.py::test_a_mix_slower_and_lower"
    ),
    "fl-bt mix": "tests/bot/terminal/test_mix.py::test_mistakes_are_told_before_anything_starts",
    'fl-bt mix song.mp3 "no vocals"': "tests/bot/terminal/test_mix.py::test_a_mix_slower_and_lower",
    "fl-bt analyse --demo": (
        "tests/bot/terminal/test_analyse.py::test_the_demo_is_analysed_and_nothing_is_asked_for_it"
    ),
    "fl-bt analyse song.mp3": "tests/bot/terminal/test_analyse.py::test_a_song_is_separated_and_analysed",
    "fl-bt find elis tom águas de março": "tests/bot/terminal/test_find.py::test_a_song_is_found_by_its_name",
    'eval "$(fl-bt completion bash)"': (
        "tests/bot/terminal/test_options.py::test_a_shell_completes_options_and_their_values"
    ),
    "fl-bt completion fish": "tests/bot/terminal/test_options.py::test_a_shell_completes_options_and_their_values",
    "fl-bt models": "tests/bot/cli/test_models.py::test_the_list_has_stems_licence_size_and_where_from",
    "fl-bt models fetch": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models fetch htdemucs": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models fetch scnet": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models check": "tests/bot/cli/test_models.py::test_a_torch_file_is_added_and_checked",
    "fl-bt models check --measure": "tests/bot/cli/test_models.py::test_a_measured_cost_is_listed",
    "fl-bt models add FILE --name htdemucs": "tests/bot/cli/test_models.py::test_a_torch_file_is_added_and_checked",
    "fl-bt separate song.mp3 --model htdemucs": (
        "tests/bot/cli/test_models.py::test_six_stems_and_a_mix_without_the_guitar"
    ),
    # One machine
    "fl-bt up": "tests/test_end_to_end.py::test_from_pairing_to_stems_through_restarts",
    "fl-bt separate": "tests/bot/terminal/test_terminal.py::test_the_demo",
    "fl-bt doctor": "tests/bot/cli/test_command.py::test_doctor_reports_faults_with_advice",
    "cd /opt/fl-bt": CHANGES,
    "sudo env UV_PYTHON_INSTALL_DIR=/opt/fl-bt/.python uv sync --locked --compile-bytecode": CHANGES,
    "sudo install -m 600 .env /etc/fl-bt.env": CHANGES,
    "sudo systemctl edit --force --full fl-bt.service": CHANGES,
    "sudo systemctl enable --now fl-bt": CHANGES,
    "journalctl -u fl-bt -f": CHANGES,
    "systemd-analyze verify": "wants systemd, and the unit where it will be",
    "systemd-analyze security --offline=true fl-bt.service": "wants systemd, and the unit where it will be",
    "systemctl restart fl-bt": CHANGES,
    # Compose
    "docker compose up --build --detach": DOCKER,
    "docker compose up --detach": DOCKER,
    "docker compose up --detach --scale worker=2": DOCKER,
    "docker compose -f docker-compose.worker.yaml up --build --detach": "wants Docker, a Redis and a bucket",
    "docker compose ps": DOCKER,
    "docker kill": DOCKER,
    "docker stop": DOCKER,
    "docker compose down": DOCKER,
    "docker compose down --volumes": DOCKER,
    "docker compose exec bot python -m bot doctor": (
        "tests/bot/cli/test_command.py::test_doctor_where_the_bot_is_alone"
    ),
    "docker compose exec telegram-bot-api sh -c 'cd /var/lib/telegram-bot-api && find */music */documents */voice "
    "*/videos -type f -mtime +1 -delete'": "wants an account with Telegram",
    'curl "https://api.telegram.org/bot$FLBT_TELEGRAM_TOKEN/logOut"': "wants an account with Telegram",
    # Kubernetes
    "docker build --target bot --tag registry.example/fl-bt-bot:0.1.0 .": DOCKER,
    "docker build --target worker --tag registry.example/fl-bt-worker:0.1.0 .": DOCKER,
    "kubectl create secret generic fl-bt --from-env-file=.env": CLUSTER,
    "kubectl create secret generic fl-bt-queue --from-literal=address=queue.lan:6379 --from-literal=username=default "
    "--from-literal=password=PASSWORD": CLUSTER,
    "kubectl apply --kustomize .": CLUSTER,
    # Upgrading
    "git pull": "fetches another FL-BT than the one under test",
    "git checkout uv.lock": "throws away what a person has changed",
    "uv lock --upgrade-package pytubefix --upgrade-package yt-dlp --upgrade-package yt-dlp-ejs": OTHERS,
    "uv lock --upgrade-package NAME && uv run --group dev pytest": OTHERS,
    "uv run --group dev pytest tests/worker/sources": ITSELF,
    "uv sync --locked --compile-bytecode": CHANGES,
    "uv audit": "asks a database on the network, which knows more tomorrow than today",
    # For who changes it
    "uvx pre-commit install": "changes how this checkout commits",
    "uv run --group dev pytest tests/jobs": ITSELF,
    "uv run --group dev python -m bench.mutants": HOURS,
    "uv run --group dev python -m bench.walls": HOURS,
    "uv run --group dev python -m bench.pairs OTHER": "needs a checkout of another commit, and takes minutes",
    "uv run --group dev python -m bench.quality --musdb FOLDER": "needs MUSDB18-HQ; a test has a small one",
    "uv run fl-bt models fetch 4 5 htdemucs htdemucs_6s scnet": "fetches 0.5 GB from publishers",
    "uv run --group dev python -m bench.installed": "installs everything once more",
    "make dev": "fetches 0.8 GB; how this environment came to be",
    "make check": "CI runs it beside the tests",
    "make test": ITSELF,
    "make coverage": "runs the tests",
    "make faults": APART,
    "make oracle": APART,
    "make arm": APART,
    "make browser": "CI, where a Chromium is: .ci/browser",
    "make bench": HOURS,
    "make docker": DOCKER,
}
