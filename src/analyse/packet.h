/* What a packet adds to the bytes that a program sends. */
#ifndef ANALYSE_PACKET_H
#define ANALYSE_PACKET_H

/* Ethernet 14, IP 20, TCP 32 with time stamps. veth counts them with each
 * packet. SYN and FIN are a little longer or shorter. */
#define PACKET_HEADER_BYTES 66

#endif
