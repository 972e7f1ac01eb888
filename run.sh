PY=/tmp/wire6/py
GONGJI_KEY_FILE=/tmp/wire6/day/k $PY -m gongji serve --sandbox --port 18123 > sandbox.log 2>&1 &
SB=$!
for i in $(seq 60); do curl -s -o /dev/null http://127.0.0.1:18123/health && break; sleep 0.5; done
curl -s http://127.0.0.1:18123/sandbox | head -c 200; echo
NOW=$(TZ=Asia/Shanghai date '+%F %T')
cat > m.json <<J
{"infno":"1101","msgid":"H99000000001202611221200000001","mdtrtarea_admvs":"990000","insuplc_admdvs":"990000","recer_sys_code":"99","infver":"1.0.0","opter_type":"1","opter":"0001","opter_name":"x","inf_time":"$NOW","fixmedins_code":"H99000000001","fixmedins_name":"sandbox","sign_no":"","input":{"data":{"mdtrt_cert_type":"02","mdtrt_cert_no":"319999199602020029"}}}
J
curl -s -i http://127.0.0.1:18123/fsi/api/rsfComIfsService/callService -d @m.json | cut -c1-300; echo
timeout 200 $PY -m gongji simulate-institution --url http://127.0.0.1:18123 --seconds 0 --hours 4 2>&1 | tail -25
kill $SB; wait $SB
