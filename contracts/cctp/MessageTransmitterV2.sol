// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Initializable} from "../roles/Initializable.sol";
import {AddressBytes} from "./messages/AddressBytes.sol";
import {MessageHeader} from "./messages/MessageHeader.sol";
import {MessageV2} from "./messages/MessageV2.sol";
import {FINALITY_THRESHOLD_FINALIZED} from "./finality.sol";
import {IMessageHandlerV2} from "./IMessageHandlerV2.sol";
import {IMessageTransmitterV2} from "./IMessageTransmitterV2.sol";
import {MessageTransmitterBase} from "./MessageTransmitterBase.sol";

/// CCTP V2: sends messages as events without a nonce, and hands attested messages of other domains to their
/// recipients, by the finality at which they were attested.
contract MessageTransmitterV2 is IMessageTransmitterV2, MessageTransmitterBase, Initializable {
    using AddressBytes for address;
    using AddressBytes for bytes32;
    using MessageHeader for bytes;
    using MessageV2 for bytes;

    /// The value that `usedNonces` has for a used nonce.
    uint256 public constant NONCE_USED = 1;

    event MessageReceived(
        address indexed caller,
        uint32 sourceDomain,
        bytes32 indexed nonce,
        bytes32 sender,
        uint32 indexed finalityThresholdExecuted,
        bytes messageBody
    );

    constructor(uint32 _localDomain, uint32 _version) MessageTransmitterBase(_localDomain, _version) {}

    /// Sets roles, attesters and limits. Nonce zero is used from here on: a message as it was emitted, before
    /// somebody attested it with a nonce, can never be received.
    function initialize(
        address owner_,
        address pauser_,
        address rescuer_,
        address attesterManager_,
        address[] calldata attesters_,
        uint256 signatureThreshold_,
        uint256 maxMessageBodySize_
    ) external initializer {
        require(owner_ != address(0), "Owner is the zero address");
        require(attesterManager_ != address(0), "AttesterManager is the zero address");
        require(signatureThreshold_ <= attesters_.length, "Signature threshold exceeds attesters");
        require(maxMessageBodySize_ > 0, "MaxMessageBodySize is zero");
        _transferOwnership(owner_);
        _updateRescuer(rescuer_);
        _updatePauser(pauser_);
        _setAttesterManager(attesterManager_);
        _setMaxMessageBodySize(maxMessageBodySize_);
        for (uint256 i = 0; i < attesters_.length; ++i) _enableAttester(attesters_[i]);
        _setSignatureThreshold(signatureThreshold_);
        usedNonces[bytes32(0)] = NONCE_USED;
    }

    function sendMessage(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes32 destinationCaller,
        uint32 minFinalityThreshold,
        bytes calldata messageBody
    ) external whenNotPaused {
        require(destinationDomain != localDomain, "Domain is local domain");
        _requireSendable(recipient, messageBody);
        emit MessageSent(
            MessageV2.encode(
                version,
                localDomain,
                destinationDomain,
                msg.sender.toBytes32(),
                recipient,
                destinationCaller,
                minFinalityThreshold,
                messageBody
            )
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
        bytes32 nonce = message.getNonce();
        _requireUnused(nonce);
        usedNonces[nonce] = NONCE_USED;

        _deliver(message);
        emit MessageReceived(
            msg.sender,
            message.getSourceDomain(),
            nonce,
            message.getSender(),
            message.getFinalityThresholdExecuted(),
            message.getBody()
        );
        return true;
    }

    function _deliver(bytes calldata message) private {
        IMessageHandlerV2 recipient = IMessageHandlerV2(message.getRecipient().toAddress());
        uint32 executed = message.getFinalityThresholdExecuted();
        if (executed < FINALITY_THRESHOLD_FINALIZED) {
            require(
                recipient.handleReceiveUnfinalizedMessage(
                    message.getSourceDomain(), message.getSender(), executed, message.getBody()
                ),
                "handleReceiveUnfinalizedMessage() failed"
            );
        } else {
            require(
                recipient.handleReceiveFinalizedMessage(
                    message.getSourceDomain(), message.getSender(), executed, message.getBody()
                ),
                "handleReceiveFinalizedMessage() failed"
            );
        }
    }
}
