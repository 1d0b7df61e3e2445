// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AddressBytes} from "./messages/AddressBytes.sol";
import {MessageHeader} from "./messages/MessageHeader.sol";
import {MessageV1} from "./messages/MessageV1.sol";
import {IMessageHandler} from "./IMessageHandler.sol";
import {IMessageTransmitter} from "./IMessageTransmitter.sol";
import {MessageTransmitterBase} from "./MessageTransmitterBase.sol";

/// CCTP V1: sends messages as events, and hands attested messages of other domains to their recipients.
contract MessageTransmitter is IMessageTransmitter, MessageTransmitterBase {
    using AddressBytes for address;
    using AddressBytes for bytes32;
    using MessageHeader for bytes;
    using MessageV1 for bytes;

    /// One counter for all destinations; the first message has nonce 0.
    uint64 public nextAvailableNonce;

    event MessageReceived(
        address indexed caller, uint32 sourceDomain, uint64 indexed nonce, bytes32 sender, bytes messageBody
    );

    /// The deployer is owner and attester manager; one signature of `_attester` is enough until changed.
    constructor(uint32 _localDomain, address _attester, uint32 _maxMessageBodySize, uint32 _version)
        MessageTransmitterBase(_localDomain, _version)
    {
        maxMessageBodySize = _maxMessageBodySize;
        _setAttesterManager(msg.sender);
        signatureThreshold = 1;
        _enableAttester(_attester);
    }

    function sendMessage(uint32 destinationDomain, bytes32 recipient, bytes calldata messageBody)
        external
        whenNotPaused
        returns (uint64)
    {
        return _sendNewMessage(destinationDomain, recipient, bytes32(0), messageBody);
    }

    function sendMessageWithCaller(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes32 destinationCaller,
        bytes calldata messageBody
    ) external whenNotPaused returns (uint64) {
        require(destinationCaller != bytes32(0), "Destination caller must be nonzero");
        return _sendNewMessage(destinationDomain, recipient, destinationCaller, messageBody);
    }

    /// Sends an attested message of the caller again under the same nonce, with another body or destination caller.
    /// Of all the messages of one nonce, the one that is received first counts.
    function replaceMessage(
        bytes calldata originalMessage,
        bytes calldata originalAttestation,
        bytes calldata newMessageBody,
        bytes32 newDestinationCaller
    ) external whenNotPaused {
        _verifyAttestationSignatures(originalMessage, originalAttestation);
        originalMessage.requireValid();
        bytes32 sender = originalMessage.getSender();
        require(msg.sender == sender.toAddress(), "Sender not permitted to use nonce");
        require(
            originalMessage.getSourceDomain() == localDomain, "Message not originally sent from this domain"
        );
        _emitMessage(
            originalMessage.getDestinationDomain(),
            originalMessage.getNonce(),
            sender,
            originalMessage.getRecipient(),
            newDestinationCaller,
            newMessageBody
        );
    }

    function receiveMessage(bytes calldata message, bytes calldata attestation)
        external
        whenNotPaused
        returns (bool success)
    {
        _verifyAttestationSignatures(message, attestation);
        message.requireValid();
        _requireForUs(message, message.getDestinationCaller());

        uint32 sourceDomain = message.getSourceDomain();
        uint64 nonce = message.getNonce();
        bytes32 nonceKey = keccak256(abi.encodePacked(sourceDomain, nonce));
        _requireUnused(nonceKey);
        usedNonces[nonceKey] = 1;

        bytes32 sender = message.getSender();
        bytes calldata messageBody = message.getBody();
        require(
            IMessageHandler(message.getRecipient().toAddress()).handleReceiveMessage(
                sourceDomain, sender, messageBody
            ),
            "handleReceiveMessage() failed"
        );
        emit MessageReceived(msg.sender, sourceDomain, nonce, sender, messageBody);
        return true;
    }

    function _sendNewMessage(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes32 destinationCaller,
        bytes calldata messageBody
    ) private returns (uint64 nonce) {
        nonce = nextAvailableNonce;
        nextAvailableNonce = nonce + 1;
        _emitMessage(
            destinationDomain, nonce, msg.sender.toBytes32(), recipient, destinationCaller, messageBody
        );
    }

    function _emitMessage(
        uint32 destinationDomain,
        uint64 nonce,
        bytes32 sender,
        bytes32 recipient,
        bytes32 destinationCaller,
        bytes calldata messageBody
    ) private {
        _requireSendable(recipient, messageBody);
        emit MessageSent(
            MessageV1.encode(
                version, localDomain, destinationDomain, nonce, sender, recipient, destinationCaller, messageBody
            )
        );
    }
}
