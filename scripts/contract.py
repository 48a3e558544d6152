"""Compiles the anchor's contract with npm's solc and keeps what comes out beside its source: `python -m
scripts.contract`.

The compiler is installed by `python -m scripts.peers`; settings are such that the same source always gives the same
bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.peers import PACKAGES, node

FOLDER = Path(__file__).resolve().parents[1] / "src" / "yinuo" / "engine" / "infochain" / "contract"
SOURCE, COMPILED = FOLDER / "LogAnchor.sol", FOLDER / "LogAnchor.json"
# London: what consortium chains of today execute, FISCO BCOS among them. No metadata: bytes of the program alone.
SETTINGS = {
    "evmVersion": "london",
    "optimizer": {"enabled": True, "runs": 200},
    "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}},
}
ASK = (
    "const solc=require('solc');let t='';process.stdin.on('data',d=>t+=d).on('end',()=>"
    "console.log(JSON.stringify({v:solc.version(),o:JSON.parse(solc.compile(t))})))"
)


def compiled() -> dict[str, Any]:
    """What the compiler makes of the source. Raises ValueError with what it complains of."""
    asked = {
        "language": "Solidity",
        "sources": {SOURCE.name: {"content": SOURCE.read_text(encoding="utf-8")}},
        "settings": SETTINGS,
    }
    done = subprocess.run(
        [node(), "-e", ASK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env={"NODE_PATH": str(PACKAGES)},
    )
    told = json.loads(done.stdout)
    if told["o"].get("errors"):
        raise ValueError("\n".join(error["formattedMessage"] for error in told["o"]["errors"]))
    made = told["o"]["contracts"][SOURCE.name][SOURCE.stem]
    return {
        "compiler": told["v"],
        "evm_version": SETTINGS["evmVersion"],
        "abi": made["abi"],
        "bytecode": f"0x{made['evm']['bytecode']['object']}",
        "deployed": f"0x{made['evm']['deployedBytecode']['object']}",
    }


def main() -> int:
    COMPILED.write_text(json.dumps(compiled(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(COMPILED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
