"""A libtorrent client with one torrent: libtorrent-client.py PORT DIRECTORY TORRENT

TORRENT is a file or a magnet link. Listens on 127.0.0.1:PORT, downloads into DIRECTORY and seeds until it is killed or its
parent ends. Prints libtorrent's alerts.
"""

import os
import sys

import libtorrent as lt

port, directory, torrent = sys.argv[1:]
session = lt.session(
    {
        "listen_interfaces": "127.0.0.1:" + port,
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_incoming_utp": False,
        "enable_outgoing_utp": False,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": lt.alert.category_t.error_notification
        | lt.alert.category_t.status_notification
        | lt.alert.category_t.tracker_notification
        | lt.alert.category_t.connect_notification,
    }
)
if torrent.startswith("magnet:"):
    params = lt.parse_magnet_uri(torrent)
else:
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
params.save_path = directory
handle = session.add_torrent(params)

parent = os.getppid()
while os.getppid() == parent:
    session.wait_for_alert(500)
    for alert in session.pop_alerts():
        print(alert, flush=True)
