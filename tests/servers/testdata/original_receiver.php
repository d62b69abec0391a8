<?php
// A receiver as the first document has it, in our own code: for the tests of the files client alone.
// It takes one file in the folder of its second argument, listens on a free port, prints that, and ends.
//
// What it does that a new one should not: the first read is the header, whatever came with it, and is not looked at for
// the end of the file; each read after it is acknowledged before the next; "-end-" is said before the file is written.

declare(strict_types=1);
error_reporting(E_ALL);
set_time_limit(0);
ob_implicit_flush();

const READ_BYTES = 2048;

function fail(string $tried): never
{
    echo "$tried() Failed:reason: ", socket_strerror(socket_last_error()), "\n";
    exit(1);
}

$folder = $argv[1];
$listener = socket_create(AF_INET, SOCK_STREAM, SOL_TCP) ?: fail('socket_create');
socket_bind($listener, '127.0.0.1', 0) ?: fail('socket_bind');
socket_listen($listener, 5) ?: fail('socket_listen');
socket_getsockname($listener, $address, $port);
echo "listening on $port\n";

$client = socket_accept($listener) ?: fail('socket_accept');
echo "[Client connect start]\n";

$total = 1;
$extension = 'txt';
$content = '';
$isFirst = true;
while (true) {
    $piece = socket_read($client, READ_BYTES);
    // The end of the stream is the empty string, at which the first document goes round for ever.
    if ($piece === false || $piece === '') {
        fail('socket_read');
    }
    if ($isFirst) {
        $isFirst = false;
        [$total, $extension, $content] = explode('::', $piece, 3);
        $total = (int) $total;
        continue;
    }
    $content .= $piece;
    $received = strlen($content);
    $ack = "Received:$received\n";
    socket_write($client, $ack, strlen($ack));
    echo $ack;
    if ($total <= $received) {
        $content = substr($content, 0, $total);
        echo "Received:$received/Total:$total\n";
        socket_write($client, '-end-', 5);
        file_put_contents("$folder/Servertest.$extension", $content);
        break;
    }
}
socket_close($client);
socket_close($listener);
