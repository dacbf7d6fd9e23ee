"""What right submissions do besides: what students like to import, and what they leave lying about.

Each text stands at the top of a submission and defines ``aside``, which is called in every step.
"""

from __future__ import annotations

from collections.abc import Mapping

STANDARD: Mapping[str, str] = {
    "writes_a_file": """
        open("out.txt", "w").write("x")

        def aside():
            with open("out.txt", "a") as file:
                file.write("y")
            assert open("out.txt").read().startswith("xy")
        """,
    "logs": """
        import logging

        logging.basicConfig(filename="x.log", level=logging.DEBUG)
        logging.getLogger().addHandler(logging.FileHandler("y.log"))
        logging.getLogger().addHandler(logging.StreamHandler())

        def aside():
            logging.info("a step")
        """,
    "temporary_files": """
        import os, pathlib, shutil, tempfile

        folder = tempfile.mkdtemp()

        def aside():
            with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as inner:
                file.write(b"x")
                os.makedirs(os.path.join(inner, "a", "b"))
                shutil.copy(file.name, os.path.join(inner, "a"))
                shutil.copy2(file.name, os.path.join(inner, "a", "b"))
                pathlib.Path(inner, "touched").touch()
                pathlib.Path(inner, "touched").touch()
                os.replace(os.path.join(inner, "a", os.path.basename(file.name)), os.path.join(folder, "c"))
            assert os.listdir(folder) == ["c"]
        """,
    "saves_arrays": """
        import pickle
        import numpy as np

        def aside():
            np.save("w.npy", np.ones(3))
            np.savetxt("w.txt", np.load("w.npy"))
            np.savez_compressed("w.npz", w=np.loadtxt("w.txt"))
            pickle.dump(dict(np.load("w.npz")), open("w.pkl", "wb"))
        """,
    "saves_for_later": """
        import json, os, shelve, sqlite3

        def aside():
            with shelve.open("state") as state:
                state["n"] = state.get("n", 0) + 1
            with sqlite3.connect("log.db") as db:
                db.execute("CREATE TABLE IF NOT EXISTS t (x)")
            json.dump({}, open("x.json", "w"))
        """,
    "imports_much": """
        import asyncio, concurrent.futures, ctypes, csv, decimal, email, fractions, getpass, glob, gzip, hashlib, heapq
        import http.client, inspect, json, locale, math, multiprocessing, multiprocessing.pool, os, pathlib, platform
        import queue, random, re, secrets, selectors, signal, socket, sqlite3, ssl, statistics, struct, subprocess, sys
        import threading, time, timeit, typing, unittest, urllib.request, uuid, warnings, weakref, xml.etree.ElementTree
        import zipfile, zoneinfo

        def aside():
            pass
        """,
    "asks_the_machine": """
        import getpass, locale, os, platform, sys, time, uuid, datetime, zoneinfo, multiprocessing, sysconfig, socket

        def aside():
            os.cpu_count(), os.getpid(), os.getcwd(), os.listdir("."), os.environ.get("HOME"), os.path.expanduser("~")
            os.sched_getaffinity(0), multiprocessing.cpu_count(), os.get_terminal_size, os.getloadavg(), os.uname()
            platform.platform(), platform.processor(), sys.getrecursionlimit(), os.umask(0o22)
            time.time(), time.perf_counter(), time.process_time(), time.localtime(), time.tzname, time.sleep(0.001)
            datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Seoul")), datetime.datetime.now().astimezone()
            locale.getlocale(), locale.setlocale(locale.LC_ALL, ""), uuid.uuid4(), uuid.uuid1(), socket.gethostname()
            os.urandom(4), os.path.exists("/etc/passwd"), sysconfig.get_paths(), os.get_exec_path()
        """,
    "asks_for_versions": """
        import importlib.metadata, importlib.resources, importlib.util, pkgutil
        import numpy as np

        def aside():
            assert importlib.metadata.version("numpy") == np.__version__
            assert importlib.util.find_spec("torch") and not importlib.util.find_spec("seldom_heard_of")
            importlib.metadata.entry_points(), importlib.metadata.requires("torch")
            importlib.resources.files("numpy").joinpath("__init__.py").read_text()
        """,
    "measures": """
        import cProfile, gc, io, pstats, resource, timeit, tracemalloc

        def aside():
            with cProfile.Profile() as profile:
                sum(range(10))
            pstats.Stats(profile, stream=io.StringIO()).print_stats()
            tracemalloc.start(), tracemalloc.get_traced_memory(), tracemalloc.stop()
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            gc.collect(), timeit.timeit("1", number=10)
        """,
    "threads": """
        import queue, threading
        from concurrent.futures import ThreadPoolExecutor

        lock, done = threading.Lock(), queue.Queue()

        def aside():
            worker = threading.Thread(target=done.put, args=(1,), daemon=True)
            worker.start()
            worker.join()
            with lock, ThreadPoolExecutor(2) as pool:
                assert list(pool.map(abs, [-1])) == [1]
        """,
    "runs_a_loop": """
        import asyncio

        async def nothing():
            await asyncio.sleep(0)

        def aside():
            pass
        """,
    "random": """
        import random, secrets
        import numpy as np

        random.seed(0), np.random.seed(0)

        def aside():
            random.random(), np.random.rand(3), np.random.default_rng().normal(), secrets.token_hex(4)
        """,
    "warns": """
        import sys, warnings
        import numpy as np

        np.seterr(all="warn")
        warnings.simplefilter("always")

        def aside():
            warnings.warn("careful")
            np.float64(1) / np.float64(0)
            print("a step", file=sys.stderr)
            print("\\N{GREEK SMALL LETTER EPSILON}", flush=True)
        """,
    "is_run_as_a_script": """
        import argparse, atexit, signal, sys

        sys.setrecursionlimit(5000)
        sys.path.append(".")
        atexit.register(print, "bye")
        signal.signal(signal.SIGALRM, lambda *_: None)
        parser = argparse.ArgumentParser()

        def aside():
            parser.parse_args([])

        if __name__ == "__main__":
            raise SystemExit
        """,
    "numpy": """
        import numpy as np
        import numpy.testing as npt

        def aside():
            x = np.random.rand(60, 60)
            npt.assert_allclose(np.linalg.solve(x, x @ x), x, rtol=1e-3, atol=1e-3)
            np.fft.fft(x), np.linalg.svd(x), np.einsum("ij,jk->ik", x, x), np.polyfit([1, 2], [1, 2], 1)
            np.memmap("map.dat", mode="w+", shape=(3,), dtype=float).flush()
            np.show_config, np.get_include(), np.get_printoptions(), np.set_printoptions(precision=3)
        """,
}
"""With the standard library and numpy alone."""

PACKAGES: Mapping[str, str] = {
    "matplotlib": """
        import matplotlib.pyplot as plt

        plt.figure()

        def aside():
            plt.plot([1, 2, 3])
            plt.title("$\\\\alpha$ loss")
            plt.savefig("loss.png")
            plt.savefig("loss.pdf")
            plt.close("all")
            plt.show()
        """,
    "scipy": """
        import scipy, scipy.io
        from scipy import linalg, ndimage, optimize, signal, stats

        def aside():
            stats.norm.cdf(0.5), linalg.inv([[1.0, 2.0], [3.0, 4.0]]), optimize.minimize(lambda x: x @ x, [1.0, 2.0])
            ndimage.rotate([[1.0, 2.0], [3.0, 4.0]], 90), signal.convolve([1, 2], [3, 4])
            scipy.io.savemat("x.mat", {"a": [1.0]})
        """,
    "pandas": """
        import pandas as pd

        def aside():
            frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
            frame.to_csv("x.csv"), pd.read_csv("x.csv").groupby("b").mean()
            frame.to_pickle("x.pkl"), str(frame), pd.date_range("2026-01-01", periods=3, tz="Asia/Seoul")
        """,
    "PIL": """
        import numpy as np
        from PIL import Image, ImageDraw, ImageEnhance, ImageFont

        def aside():
            image = Image.fromarray(np.zeros((8, 8, 3), np.uint8))
            ImageEnhance.Brightness(image).enhance(1.5).rotate(30).save("x.png")
            ImageDraw.Draw(image).text((0, 0), "x", font=ImageFont.load_default())
            Image.open("x.png").convert("L").save("x.jpg")
        """,
    "numba": """
        import numba
        import numpy as np

        @numba.njit
        def total(x):
            s = 0.0
            for each in x:
                s += each
            return s

        def aside():
            assert total(np.ones(3)) == 3
        """,
    "tqdm": """
        from tqdm import tqdm, trange
        from tqdm.auto import tqdm as auto

        def aside():
            for _ in tqdm(range(3)):
                pass
            for _ in auto(trange(3)):
                pass
        """,
}
"""With packages, where they are installed."""
