<?php
// A sender as the first document has it, in our own code: for the tests of the files server alone.
// It sends the file of its second argument to the port of its first one, and ends.
//
// What it does that a new one should not: header and file leave as one string, nothing is read before all of it has
// gone, and the end counts only where a read ends with it.

declare(strict_types=1);
error_reporting(E_ALL);
set_time_limit(0);
ob_implicit_flush();

const READ_BYTES = 2048;

[, $port, $path] = $argv;
$socket = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);
if ($socket === false || !socket_connect($socket, '127.0.0.1', (int) $port)) {
    echo 'socket_connect() Failed:reason: ', socket_strerror(socket_last_error()), "\n";
    exit(1);
}

$data = file_get_contents($path);
$extension = substr(strrchr($path, '.'), 1);
$left = strlen($data) . '::' . $extension . '::' . $data;
while ($left !== '') {
    $written = socket_write($socket, $left, strlen($left));
    if ($written === false) {
        echo 'Send false:', socket_strerror(socket_last_error($socket)), "\n[Client shutdown]\n";
        exit(1);
    }
    $left = substr($left, $written);
}

while (true) {
    $piece = socket_read($socket, READ_BYTES);
    if ($piece === false || $piece === '') {
        echo "[Client shutdown]\n";
        exit(1);
    }
    echo 'Server: ', $piece, "\n";
    if (substr($piece, -5) === '-end-') {
        break;
    }
}
echo "[Client Shutdown]\nsend data:", strlen($data), "\n";
socket_close($socket);
