// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Attestable} from "../roles/Attestable.sol";
import {Pausable} from "../roles/Pausable.sol";
import {Rescuable} from "../roles/Rescuable.sol";
import {AddressBytes} from "./messages/AddressBytes.sol";
import {MessageHeader} from "./messages/MessageHeader.sol";

/// What the transmitters of V1 and V2 have in common: who they are, what they keep, who may set it.
abstract contract MessageTransmitterBase is Pausable, Rescuable, Attestable {
    using AddressBytes for address;
    using MessageHeader for bytes;

    /// Domain of the chain that this contract stands on.
    uint32 public immutable localDomain;

    /// Version of the message format.
    uint32 public immutable version;

    /// Longest body that is sent, in bytes. Received bodies are not limited.
    uint256 public maxMessageBodySize;

    /// 1 for a nonce that was received. The key in V1 is keccak-256 of (source domain, nonce), in V2 the nonce.
    mapping(bytes32 => uint256) public usedNonces;

    event MessageSent(bytes message);
    event MaxMessageBodySizeUpdated(uint256 newMaxMessageBodySize);

    constructor(uint32 _localDomain, uint32 _version) {
        localDomain = _localDomain;
        version = _version;
    }

    function setMaxMessageBodySize(uint256 newMaxMessageBodySize) external onlyOwner {
        _setMaxMessageBodySize(newMaxMessageBodySize);
    }

    function _setMaxMessageBodySize(uint256 newMaxMessageBodySize) internal {
        maxMessageBodySize = newMaxMessageBodySize;
        emit MaxMessageBodySizeUpdated(newMaxMessageBodySize);
    }

    function _requireSendable(bytes32 recipient, bytes calldata messageBody) internal view {
        require(messageBody.length <= maxMessageBodySize, "Message body exceeds max size");
        require(recipient != bytes32(0), "Recipient must be nonzero");
    }

    /// Whether a message is for this domain, for whoever brings it, and of this version: in that order.
    function _requireForUs(bytes calldata message, bytes32 destinationCaller) internal view {
        require(message.getDestinationDomain() == localDomain, "Invalid destination domain");
        require(
            destinationCaller == bytes32(0) || destinationCaller == msg.sender.toBytes32(),
            "Invalid caller for message"
        );
        require(message.getVersion() == version, "Invalid message version");
    }

    function _requireUnused(bytes32 nonceKey) internal view {
        require(usedNonces[nonceKey] == 0, "Nonce already used");
    }
}
